namespace Runbooks.Wire.Nbd;

/// <summary>Kinds of information in answers to INFO and GO. Source: NBD protocol, "NBD_INFO".</summary>
public enum NbdInfo : ushort
{
    /// <summary>Size and transmission flags; always sent.</summary>
    Export = 0,

    /// <summary>The export's own name.</summary>
    Name = 1,

    /// <summary>Text for people.</summary>
    Description = 2,

    /// <summary>Minimum, preferred and maximum block size.</summary>
    BlockSize = 3,
}
