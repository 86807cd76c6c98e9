using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Runbooks.Engine.Rpc;

namespace Runbooks.Engine.Grpc;

/// <summary>Mounts the engine inside an ASP.NET Core application.</summary>
public static class EngineMounting
{
    /// <summary>
    /// Answers every <c>application/grpc</c> request; all others pass on. Mount it before routing: unknown gRPC methods
    /// must answer UNIMPLEMENTED, not 404.
    /// </summary>
    public static IApplicationBuilder MapEngine(
        this IApplicationBuilder app, RpcTable table, EngineEndpointOptions? options = null)
    {
        var log = app.ApplicationServices.GetRequiredService<ILogger<EngineEndpoint>>();
        var endpoint = new EngineEndpoint(table, options ?? new EngineEndpointOptions(), log);
        return app.Use((http, next) => IsGrpc(http.Request) ? endpoint.HandleAsync(http) : next(http));
    }

    /// <summary>
    /// Kestrel's limits as workers need them: one worker holds some 20 polls on one connection, polls send nothing
    /// for a
    /// minute, and a workflow task's answer may carry tens of megabytes.
    /// </summary>
    public static void ApplyEngineLimits(this KestrelServerLimits limits, int requestBytesMax = 64 << 20)
    {
        limits.MaxRequestBodySize = requestBytesMax + 1024;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.Http2.MaxStreamsPerConnection = 10_000;
        limits.Http2.InitialConnectionWindowSize = 4 << 20;
        limits.Http2.InitialStreamWindowSize = 1 << 20;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        // Payload encodings and trace contexts travel as headers; 8 KB, the default, is what a chained proxy fills.
        limits.Http2.MaxRequestHeaderFieldSize = 64 << 10;
        limits.MaxRequestHeadersTotalSize = 128 << 10;
    }

    private static bool IsGrpc(HttpRequest request) =>
        HttpMethods.IsPost(request.Method)
        && request.ContentType is { } type && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
        && HttpProtocol.IsHttp2(request.Protocol);
}
