namespace Runbooks.Wire.Nbd;

/// <summary>What an export can do, told once at the handshake. Source: NBD protocol, "Transmission flags".</summary>
[Flags]
public enum NbdTransmissionFlags : ushort
{
    /// <summary>Nothing; never sent, since <see cref="HasFlags"/> is always set.</summary>
    None = 0,

    /// <summary>The field is meaningful.</summary>
    HasFlags = 1,

    /// <summary>Writes are answered with EPERM.</summary>
    ReadOnly = 1 << 1,

    /// <summary>FLUSH is understood.</summary>
    SendFlush = 1 << 2,

    /// <summary>The FUA flag is understood.</summary>
    SendFua = 1 << 3,

    /// <summary>Schedule as for a disk with a head.</summary>
    Rotational = 1 << 4,

    /// <summary>TRIM is understood.</summary>
    SendTrim = 1 << 5,

    /// <summary>WRITE_ZEROES is understood.</summary>
    SendWriteZeroes = 1 << 6,

    /// <summary>The DF flag of READ is understood; only with structured replies.</summary>
    SendDf = 1 << 7,

    /// <summary>A flush on one connection covers all connections.</summary>
    CanMultiConn = 1 << 8,

    /// <summary>CACHE is understood.</summary>
    SendCache = 1 << 10,

    /// <summary>The FAST_ZERO flag is understood.</summary>
    SendFastZero = 1 << 11,
}
