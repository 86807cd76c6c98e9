namespace Runbooks.Wire.Nbd;

/// <summary>
/// The error numbers an NBD reply may carry; the protocol fixes them, whatever the server's own errno values are.
/// </summary>
/// <remarks>Source: NBD protocol, "Error values". There is no EROFS: a refused write is <see
/// cref="NotPermitted"/>.</remarks>
public enum NbdError : uint
{
    /// <summary>Success.</summary>
    None = 0,

    /// <summary>EPERM: read-only export, fenced volume, or an operator's refusal.</summary>
    NotPermitted = 1,

    /// <summary>EIO: the medium or the peer failed.</summary>
    InputOutput = 5,

    /// <summary>ENOMEM: the server will not spend the memory the request asks for.</summary>
    OutOfMemory = 12,

    /// <summary>EINVAL: flags, range or command make no sense here; nothing was done.</summary>
    Invalid = 22,

    /// <summary>ENOSPC: a write beyond the end of the export, or the disk under it is full.</summary>
    NoSpace = 28,

    /// <summary>EOVERFLOW: the answer does not fit the way the client asked for it.</summary>
    Overflow = 75,

    /// <summary>ENOTSUP: correct request that this export cannot do (for example a fast zero).</summary>
    NotSupported = 95,

    /// <summary>ESHUTDOWN: the export is being withdrawn; the client should disconnect.</summary>
    ShuttingDown = 108,
}
