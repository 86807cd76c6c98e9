using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Runbooks.Engine.Grpc;

/// <summary>One address the engine serves. Without a certificate: HTTP/2 in clear text, prior knowledge.</summary>
public sealed record EngineListener(IPEndPoint Address)
{
    /// <summary>Serves TLS 1.2+ with ALPN h2 when given.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>
    /// Trust anchors of client certificates; when given, a client certificate under one of them is required.
    /// </summary>
    public X509Certificate2Collection? ClientAuthorities { get; init; }
}
