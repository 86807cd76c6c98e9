using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Runbooks.Engine.History;
using Runbooks.Engine.Rpc;

namespace Runbooks.Engine.Grpc;

// One gRPC call, from HTTP/2 stream to handler and back. There is no gRPC library under this: a unary call is a POST
// with
// one framed message each way and a status in the trailers (or, when the answer is "no", in the headers alone).
//
//   headers -> method by path -> frame -> parse -> authorise -> handler -> frame -> trailers
//
// Every way out is one of: an answer, an RpcFault (chosen by a room), a store fault (UNAVAILABLE: retry), the caller's
// deadline, the caller's disappearance, or a bug (INTERNAL with an id that the log repeats).
internal sealed class EngineEndpoint(RpcTable table, EngineEndpointOptions options, ILogger<EngineEndpoint> log)
{
    public async Task HandleAsync(HttpContext http)
    {
        http.Response.ContentType = "application/grpc";
        if (!table.TryGet(http.Request.Path.Value ?? "", out var method))
        {
            Refuse(http, new RpcFault(RpcStatus.Unimplemented, $"unknown method {http.Request.Path}"));
            return;
        }
        var timeout = GrpcText.Timeout(http.Request.Headers["grpc-timeout"]);
        using var life = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, options.Draining);
        if (timeout is { } limit)
        {
            life.CancelAfter(limit);
        }
        var call = new RpcCall(
            life.Token, timeout is null ? null : DateTimeOffset.UtcNow + timeout, Metadata(http.Request),
            options.Principal(http));
        var answer = await AnswerAsync(http, method, call);
        if (answer is not null)
        {
            await DeliverAsync(http, call, answer);
        }
    }

    private async Task<IMessage?> AnswerAsync(HttpContext http, RpcMethod method, RpcCall call)
    {
        try
        {
            var request = await GrpcFrame.ReadAsync(
                http.Request.BodyReader, method, options.RequestBytesMax, http.RequestAborted);
            if (options.Authorise(call, method.Path, request) is { } denied)
            {
                throw denied;
            }
            return await method.AnswerAsync(request, call);
        }
        catch (RpcFault fault)
        {
            Refuse(http, fault);
        }
        catch (Exception fault) when (fault is StoreFault or System.Data.Common.DbException)
        {
            log.LogWarning(fault, "{Method}: the store failed", method.Path);
            Refuse(http, RpcFault.Unavailable("The engine's database is not reachable; try again.", fault));
        }
        catch (OperationCanceledException) when (call.Cancelled.IsCancellationRequested)
        {
            Refuse(http, EndOf(http));
        }
        catch (Exception caller) when (caller is IOException or ConnectionAbortedException
            && http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
        catch (Exception bug)
        {
            // Declared boundary: one broken call must not take the connection's other calls with it.
            var report = Guid.NewGuid().ToString("N")[..12];
            log.LogError(bug, "{Method} failed; report {Report}", method.Path, report);
            Refuse(http, new RpcFault(RpcStatus.Internal, $"internal error, report {report}"));
        }
        return null;
    }

    private static async Task DeliverAsync(HttpContext http, RpcCall call, IMessage answer)
    {
        var delivered = false;
        try
        {
            if (!http.RequestAborted.IsCancellationRequested)
            {
                GrpcFrame.Write(http.Response.BodyWriter, answer);
                await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
                http.Response.AppendTrailer("grpc-status", "0");
                await http.Response.CompleteAsync();
                delivered = !http.RequestAborted.IsCancellationRequested;
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            // The peer went away while the answer was written; the task it carried goes back below.
        }
        if (!delivered)
        {
            await call.ReportUndeliveredAsync();
        }
    }

    private RpcFault EndOf(HttpContext http) =>
        http.RequestAborted.IsCancellationRequested ? new RpcFault(RpcStatus.Cancelled, "the caller went away")
        : options.Draining.IsCancellationRequested ? RpcFault.Unavailable("The engine is stopping.")
        : new RpcFault(RpcStatus.DeadlineExceeded, "context deadline exceeded");

    /// <summary>Trailers-only: the status travels in the headers and no body follows.</summary>
    private static void Refuse(HttpContext http, RpcFault fault)
    {
        var headers = http.Response.Headers;
        headers["grpc-status"] = ((int)fault.Status).ToString(System.Globalization.CultureInfo.InvariantCulture);
        headers["grpc-message"] = GrpcText.Message(fault.Message);
        if (fault.Detail is not null)
        {
            var status = new Google.Rpc.Status { Code = (int)fault.Status, Message = fault.Message };
            status.Details.Add(Any.Pack(fault.Detail));
            headers["grpc-status-details-bin"] = GrpcText.Binary(status.ToByteArray());
        }
    }

    private static Dictionary<string, string> Metadata(HttpRequest request)
    {
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in request.Headers)
        {
            if (!name.StartsWith(':') && !name.Equals("authorization", StringComparison.OrdinalIgnoreCase))
            {
                metadata[name] = value.ToString();
            }
        }
        return metadata;
    }
}
