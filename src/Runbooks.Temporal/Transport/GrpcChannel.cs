using System.Net;
using Google.Protobuf;
using Runbooks.Temporal.Exceptions;
using StatusCode = Runbooks.Temporal.Exceptions.RpcException.StatusCode;

namespace Runbooks.Temporal.Transport;

/// <summary>
/// Unary gRPC over <see cref="SocketsHttpHandler"/>: HTTP/2 exactly, one POST per call, status in trailers or, for
/// trailers-only answers, in headers. One attempt per call; <see cref="RpcRetryLoop"/> decides about more.
///
/// Outcome of a call, all of it:
///   answer               the parsed message
///   status other than OK RpcException with that code and the typed details
///   no connection, reset RpcException Unavailable (or the code the reset maps to), cause chained
///   deadline over        RpcException DeadlineExceeded
///   caller's token       OperationCanceledException
///
/// Not done on purpose: streaming (no Temporal call streams), load balancing over addresses (the pool opens further
/// connections by itself when one is out of streams), compression of requests.
/// </summary>
internal sealed class GrpcChannel : IDisposable
{
    private readonly HttpMessageInvoker invoker;
    private readonly Uri root;
    private readonly string? hostHeader;
    private readonly int answerBytesMax;

    public GrpcChannel(GrpcChannelOptions options)
    {
        invoker = new(HttpHandlerFactory.Create(options));
        root = new($"{(options.Tls == null ? "http" : "https")}://{options.Target}/");
        hostHeader = options.Tls?.Domain;
        answerBytesMax = options.AnswerBytesMax;
    }

    public async Task<T> UnaryAsync<T>(
        string service, string method, IMessage request, MessageParser<T> parser, GrpcCall call)
        where T : IMessage<T>
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken);
        deadline.CancelAfter(call.Timeout);
        try
        {
            using var message = CreateRequest(service, method, request, call);
            using var response = await invoker.SendAsync(message, deadline.Token).ConfigureAwait(false);
            return await ReadAsync(response, parser, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (call.CancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(call.CancellationToken);
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested)
        {
            throw new RpcException(
                StatusCode.DeadlineExceeded, $"{method} did not answer within {call.Timeout}.", null, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // A connect timeout also surfaces as a cancellation that nobody asked for.
            throw call.CancellationToken.IsCancellationRequested
                ? new OperationCanceledException(call.CancellationToken)
                : new RpcException(CodeOf(e), $"{method} at {root.Authority} failed: {e.Message}", null, e);
        }
    }

    public void Dispose() => invoker.Dispose();

    private HttpRequestMessage CreateRequest(string service, string method, IMessage request, GrpcCall call)
    {
        var content = new ByteArrayContent(GrpcFraming.Encode(request));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(root, $"{service}/{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        message.Headers.Host = hostHeader;
        message.Headers.TryAddWithoutValidation("te", "trailers");
        message.Headers.TryAddWithoutValidation("grpc-accept-encoding", "gzip,identity");
        message.Headers.TryAddWithoutValidation("grpc-timeout", GrpcTimeout.Format(call.Timeout));
        foreach (var (name, value) in call.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    private async Task<T> ReadAsync<T>(
        HttpResponseMessage response, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        if (GrpcStatusReader.Read(response.Headers, out var trailersOnly) is { } refused)
        {
            throw refused;
        }

        var isGrpc = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type) &&
            type.ToString().StartsWith("application/grpc", StringComparison.Ordinal);
        if (response.StatusCode != HttpStatusCode.OK || (!isGrpc && !trailersOnly))
        {
            throw GrpcStatusReader.FromHttp(response.StatusCode);
        }

        var encoding = response.Headers.NonValidated.TryGetValues("grpc-encoding", out var e) ? e.ToString() : null;
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var disposing = stream.ConfigureAwait(false);
        var message = await GrpcFraming.ReadAsync(stream, encoding, answerBytesMax, cancellationToken)
            .ConfigureAwait(false);
        if (GrpcStatusReader.Read(response.TrailingHeaders, out var present) is { } failed)
        {
            throw failed;
        }

        if (message == null || !present)
        {
            throw new RpcException(StatusCode.Internal, "The answer has no message or no status.", null);
        }

        try
        {
            return parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new RpcException(StatusCode.Internal, "The answer is not a valid message.", null, error);
        }
    }

    /// <summary>Maps HTTP/2 error codes as gRPC asks; anything without one never reached the server's handler or was
    /// cut, which is Unavailable.</summary>
    private static StatusCode CodeOf(Exception e)
    {
        for (var cause = e; cause != null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException protocol)
            {
                return protocol.ErrorCode switch
                {
                    0x1 or 0x2 or 0x3 or 0x4 or 0x5 or 0x6 or 0x9 or 0xa => StatusCode.Internal,
                    0xb => StatusCode.ResourceExhausted,
                    0xc => StatusCode.PermissionDenied,
                    // NO_ERROR, REFUSED_STREAM and CANCEL are how servers drain connections.
                    _ => StatusCode.Unavailable,
                };
            }
        }

        return StatusCode.Unavailable;
    }
}
