namespace Runbooks.Wire.Nbd;

/// <summary>Sizes a server accepts, checked before it allocates anything.</summary>
public static class NbdLimits
{
    /// <summary>Longest name or query. Source: NBD protocol, "Values": strings are at most 4096 bytes.</summary>
    public const int StringBytesMax = 4096;

    /// <summary>
    /// Longest option that is read into memory: a name of 4096 bytes and 14 queries as long fit. A longer one is
    /// skipped and answered ERR_TOO_BIG.
    /// </summary>
    public const int OptionBytesMax = 64 << 10;

    /// <summary>
    /// Longest option that is skipped; beyond, the connection is closed, since skipping is a way to waste our time.
    /// </summary>
    public const int OptionSkipBytesMax = 32 << 20;

    /// <summary>Options in one handshake, against a client that never ends it.</summary>
    public const int OptionsMax = 256;

    /// <summary>Largest READ or WRITE served. nbdkit and libnbd stop at the same 64 MiB.</summary>
    public const int PayloadBytesMax = 64 << 20;

    /// <summary>
    /// Largest block size offered at the handshake; what clients use when they ask for nothing larger.
    /// </summary>
    public const int BlockSizeMax = 32 << 20;

    /// <summary>Extents in one block status answer: 8 bytes each.</summary>
    public const int ExtentsMax = 4096;
}
