namespace Runbooks.BlockPath.Nbd;

/// <summary>Limits and identity of one NBD server.</summary>
public sealed record NbdServerOptions
{
    /// <summary>Certificates; null serves plain text and refuses STARTTLS.</summary>
    public NbdTlsOptions? Tls { get; init; }

    /// <summary>Null lets every client that got through the handshake use every export.</summary>
    public INbdAuthorizer? Authorizer { get; init; }

    /// <summary>More connections are closed as they come. Each costs two threads and a 256 KiB slab.</summary>
    public int SessionsMax { get; init; } = 256;

    /// <summary>A client must be in transmission by then; half-done handshakes hold nothing for longer.</summary>
    public TimeSpan HandshakeTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Requests of one session between decode and sent reply.</summary>
    public int RequestsInFlightMax { get; init; } = 512;

    /// <summary>
    /// Payload bytes of one session in flight; one request is always admitted. 256 sessions of 64 MiB would be 16
    /// GiB, so the server-wide limit below is the one that holds under a crowd.
    /// </summary>
    public long SessionBytesInFlightMax { get; init; } = 64 << 20;

    /// <summary>Payload bytes of all sessions in flight.</summary>
    public long ServerBytesInFlightMax { get; init; } = 512 << 20;

    /// <summary>
    /// How long a shutdown or a withdrawn export waits for open requests before it cuts the connection.
    /// </summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(5);
}
