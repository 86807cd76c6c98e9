namespace Runbooks.Wire.Nbd;

/// <summary>
/// The constants that frame every NBD message. Source: NBD protocol, "Protocol phases"; all numbers are big endian.
/// </summary>
public static class NbdMagic
{
    /// <summary>"NBDMAGIC": first eight bytes of the server.</summary>
    public const ulong Greeting = 0x4e42444d41474943;

    /// <summary>"IHAVEOPT": second eight bytes of the server, and the start of every option of the client.</summary>
    public const ulong Option = 0x49484156454f5054;

    /// <summary>Start of every answer to an option.</summary>
    public const ulong OptionReply = 0x0003e889045565a9;

    /// <summary>Start of every request.</summary>
    public const uint Request = 0x25609513;

    /// <summary>Start of a simple reply.</summary>
    public const uint SimpleReply = 0x67446698;

    /// <summary>Start of a structured reply chunk.</summary>
    public const uint StructuredReply = 0x668e33ef;

    /// <summary>Handshake flag of the server: options are answered (fixed newstyle).</summary>
    public const ushort ServerFixedNewstyle = 1;

    /// <summary>Handshake flag of the server: it can leave out the 124 zeroes after EXPORT_NAME.</summary>
    public const ushort ServerNoZeroes = 2;

    /// <summary>Handshake flag of the client, twin of <see cref="ServerFixedNewstyle"/>.</summary>
    public const uint ClientFixedNewstyle = 1;

    /// <summary>Handshake flag of the client, twin of <see cref="ServerNoZeroes"/>.</summary>
    public const uint ClientNoZeroes = 2;
}
