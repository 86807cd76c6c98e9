namespace Runbooks.Temporal.Client;

/// <summary>Where and how to connect.</summary>
public class TemporalConnectionOptions : ICloneable
{
    public TemporalConnectionOptions()
    {
    }

    public TemporalConnectionOptions(string targetHost) => TargetHost = targetHost;

    /// <summary>"host:port" of the server. Required.</summary>
    public string? TargetHost { get; set; }

    /// <summary>Default null: no TLS, unless an <see cref="ApiKey"/> is set, which must not cross a wire in
    /// clear.</summary>
    public TlsOptions? Tls { get; set; }

    /// <summary>Default null: the defaults of <see cref="RpcRetryOptions"/>.</summary>
    public RpcRetryOptions? RpcRetry { get; set; }

    /// <summary>Null: no pings. Default: every 30 s.</summary>
    public KeepAliveOptions? KeepAlive { get; set; } = new();

    /// <summary>Default null: a direct connection.</summary>
    public HttpConnectProxyOptions? HttpConnectProxy { get; set; }

    /// <summary>Headers of every call. Default null.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>>? RpcMetadata { get; set; }

    /// <summary>Sent as bearer token with every call. Default null.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Who acts, as histories show it. Default null: process id and host name.</summary>
    public string? Identity { get; set; }

    public virtual object Clone()
    {
        var copy = (TemporalConnectionOptions)MemberwiseClone();
        copy.Tls = (TlsOptions?)Tls?.Clone();
        copy.RpcRetry = (RpcRetryOptions?)RpcRetry?.Clone();
        copy.KeepAlive = (KeepAliveOptions?)KeepAlive?.Clone();
        copy.HttpConnectProxy = (HttpConnectProxyOptions?)HttpConnectProxy?.Clone();
        return copy;
    }
}
