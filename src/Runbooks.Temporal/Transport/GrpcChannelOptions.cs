using Runbooks.Temporal.Client;

namespace Runbooks.Temporal.Transport;

/// <summary>Where and how a channel connects.</summary>
/// <param name="Target">"host:port".</param>
/// <param name="Tls">Null: prior-knowledge HTTP/2 without TLS.</param>
/// <param name="KeepAlive">Null: no pings.</param>
internal sealed record GrpcChannelOptions(string Target, TlsOptions? Tls, KeepAliveOptions? KeepAlive)
{
    public HttpConnectProxyOptions? Proxy { get; init; }

    /// <summary>Answers larger than this fail with RESOURCE_EXHAUSTED instead of being read.</summary>
    public int AnswerBytesMax { get; init; } = GrpcFraming.AnswerBytesMax;
}

/// <summary>One call's own settings.</summary>
/// <param name="Timeout">Deadline from now; sent as <c>grpc-timeout</c> and enforced locally.</param>
/// <param name="Headers">Metadata; names end in "-bin" for values that are already base64.</param>
/// <param name="CancellationToken">The caller's; ends the call as cancelled.</param>
internal sealed record GrpcCall(
    TimeSpan Timeout,
    IReadOnlyCollection<KeyValuePair<string, string>> Headers,
    CancellationToken CancellationToken);
