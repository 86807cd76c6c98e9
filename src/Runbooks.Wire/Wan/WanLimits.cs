namespace Runbooks.Wire.Wan;

/// <summary>Limits every receiver checks before it allocates anything.</summary>
public static class WanLimits
{
    /// <summary>Major version; a different one is refused.</summary>
    public const ushort Major = 1;

    /// <summary>Minor version; the smaller of both sides' is spoken.</summary>
    public const ushort Minor = 1;

    /// <summary>Bytes of every frame header.</summary>
    public const int HeaderBytes = 48;

    /// <summary>Largest payload of a Write frame: the largest NBD request we accept (32 MiB).</summary>
    public const int WritePayloadMax = 32 * 1024 * 1024;

    /// <summary>Largest payload of every other frame.</summary>
    public const int ControlPayloadMax = 64 * 1024;

    /// <summary>
    /// Largest range of a Fetch: one region of the dirty map, so that its answer is a control payload.
    /// </summary>
    public const uint FetchMax = ControlPayloadMax;

    /// <summary>Largest range of a Zero, Discard or DigestRequest frame.</summary>
    public const uint RangeMax = 1u << 31;

    /// <summary>
    /// Bytes of payload that may be sent and not yet applied. Bandwidth times round trip: 1 GB/s over 50 ms is
    /// 50 MB, so 64 MiB keeps a 10 Gbit/s line of 50 ms full.
    /// </summary>
    public const int WindowBytesDefault = 64 * 1024 * 1024;

    /// <summary>Characters of an identity in a hello (site, volume, protection).</summary>
    public const int IdentityBytesMax = 128;

    /// <summary>Generations listed in a hello; older ones are left off.</summary>
    public const int HistoryMax = 256;

    /// <summary>Ranges of one InDoubt frame; more are sent in several frames.</summary>
    public const int RangesPerFrame = ControlPayloadMax / 16;
}
