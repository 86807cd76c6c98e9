using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Runbooks.Engine.Rpc;

namespace Runbooks.Engine.Grpc;

/// <summary>How calls are admitted where the engine is mounted.</summary>
public sealed record EngineEndpointOptions
{
    /// <summary>Largest request, after inflation.</summary>
    public int RequestBytesMax { get; init; } = 64 << 20;

    /// <summary>Who calls: by default the subject of the client certificate, null on an open listener.</summary>
    public Func<HttpContext, string?> Principal { get; init; } =
        static context => context.Connection.ClientCertificate?.Subject;

    /// <summary>May this caller make this call? Null is yes; a fault is the answer.</summary>
    public Func<RpcCall, string, IMessage, RpcFault?> Authorise { get; init; } = static (_, _, _) => null;

    /// <summary>
    /// Fires when the host drains: held polls answer UNAVAILABLE at once instead of delaying the stop.
    /// </summary>
    public CancellationToken Draining { get; init; }
}
