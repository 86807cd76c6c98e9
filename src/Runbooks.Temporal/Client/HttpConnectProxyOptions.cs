namespace Runbooks.Temporal.Client;

/// <summary>An HTTP CONNECT proxy; works for TLS connections only.</summary>
public class HttpConnectProxyOptions : ICloneable
{
    /// <summary>"host:port" of the proxy.</summary>
    public string? TargetHost { get; set; }

    /// <summary>Name and password. Default null: none.</summary>
    public (string Username, string Password)? BasicAuth { get; set; }

    public virtual object Clone() => MemberwiseClone();
}
