using Google.Protobuf;

namespace Runbooks.Engine.Rpc;

/// <summary>
/// The answer "no" of an RPC: a status, a text for people, and the typed detail that clients branch on.
/// The host turns it into trailers and <c>grpc-status-details-bin</c>; nothing else may end an RPC badly on purpose.
/// </summary>
public sealed class RpcFault : Exception
{
    public RpcFault(RpcStatus status, string message, IMessage? detail = null, Exception? cause = null)
        : base(message, cause)
    {
        Status = status;
        Detail = detail;
    }

    public RpcStatus Status { get; }

    public IMessage? Detail { get; }

    public static RpcFault Invalid(string message) => new(RpcStatus.InvalidArgument, message);

    public static RpcFault NotFound(string message, IMessage? detail = null) =>
        new(RpcStatus.NotFound, message, detail ?? new Temporalio.Api.ErrorDetails.V1.NotFoundFailure());

    public static RpcFault Unavailable(string message, Exception? cause = null) =>
        new(RpcStatus.Unavailable, message, null, cause);
}
