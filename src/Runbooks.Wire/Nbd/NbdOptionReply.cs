namespace Runbooks.Wire.Nbd;

/// <summary>Answers to options. Source: NBD protocol, "Option reply types"; errors have bit 31 set.</summary>
public enum NbdOptionReply : uint
{
    /// <summary>Done.</summary>
    Ack = 1,

    /// <summary>One export of a list.</summary>
    Server = 2,

    /// <summary>One piece of information on an export.</summary>
    Info = 3,

    /// <summary>One metadata context.</summary>
    MetaContext = 4,

    /// <summary>The option is not known.</summary>
    ErrorUnsupported = 0x80000001,

    /// <summary>The server's rules forbid it.</summary>
    ErrorPolicy = 0x80000002,

    /// <summary>The option's data make no sense.</summary>
    ErrorInvalid = 0x80000003,

    /// <summary>Send STARTTLS first.</summary>
    ErrorTlsRequired = 0x80000005,

    /// <summary>No such export.</summary>
    ErrorUnknown = 0x80000006,

    /// <summary>The export is being withdrawn.</summary>
    ErrorShutdown = 0x80000007,

    /// <summary>The option's data are longer than the server will hold.</summary>
    ErrorTooBig = 0x80000009,
}
