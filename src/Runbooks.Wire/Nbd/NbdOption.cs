namespace Runbooks.Wire.Nbd;

/// <summary>Options a client may send before transmission. Source: NBD protocol, "Option types".</summary>
public enum NbdOption : uint
{
    /// <summary>Choose an export and go on at once; cannot be answered with an error, only by closing.</summary>
    ExportName = 1,

    /// <summary>End politely.</summary>
    Abort = 2,

    /// <summary>Ask for the names of the exports.</summary>
    List = 3,

    /// <summary>Ask to encrypt the rest of the connection.</summary>
    StartTls = 5,

    /// <summary>Ask what an export is like.</summary>
    Info = 6,

    /// <summary>As Info, and begin transmission.</summary>
    Go = 7,

    /// <summary>Ask for replies in chunks.</summary>
    StructuredReply = 8,

    /// <summary>Ask which metadata contexts exist.</summary>
    ListMetaContext = 9,

    /// <summary>Choose metadata contexts for block status.</summary>
    SetMetaContext = 10,
}
