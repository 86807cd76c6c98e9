using Google.Protobuf;
using Google.Rpc;

namespace Runbooks.Temporal.Exceptions;

/// <summary>A call to the server ended with a status other than OK, or did not reach it.</summary>
public class RpcException : TemporalException
{
    public RpcException(StatusCode code, string message, byte[]? rawStatus, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        RawStatus = rawStatus;
        GrpcStatus = new(ReadStatus);
    }

    /// <summary>Status codes of gRPC; the numbers are the protocol's.</summary>
    public enum StatusCode
    {
        OK = 0,
        Cancelled = 1,
        Unknown = 2,
        InvalidArgument = 3,
        DeadlineExceeded = 4,
        NotFound = 5,
        AlreadyExists = 6,
        PermissionDenied = 7,
        ResourceExhausted = 8,
        FailedPrecondition = 9,
        Aborted = 10,
        OutOfRange = 11,
        Unimplemented = 12,
        Internal = 13,
        Unavailable = 14,
        DataLoss = 15,
        Unauthenticated = 16,
    }

    /// <summary>Why the call ended. <see cref="StatusCode.Unavailable"/> also when no connection was made.</summary>
    public StatusCode Code { get; }

    /// <summary>The <c>grpc-status-details-bin</c> bytes; null when the server sent none.</summary>
    public byte[]? RawStatus { get; }

    /// <summary>The parsed status with its typed details; its value is null when there is none or it is
    /// malformed.</summary>
    public Lazy<Status?> GrpcStatus { get; }

    /// <summary>The first detail of message type <typeparamref name="T"/>; null when the server sent none. Branch on
    /// this, never on the message text.</summary>
    public T? GetDetail<T>()
        where T : class, IMessage<T>, new()
    {
        var descriptor = new T().Descriptor;
        var found = GrpcStatus.Value?.Details.FirstOrDefault(any => any.Is(descriptor));
        return found?.Unpack<T>();
    }

    private Status? ReadStatus()
    {
        try
        {
            return RawStatus == null ? null : Status.Parser.ParseFrom(RawStatus);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
