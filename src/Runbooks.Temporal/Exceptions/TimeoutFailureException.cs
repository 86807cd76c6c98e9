using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Runbooks.Temporal.Converters;

namespace Runbooks.Temporal.Exceptions;

/// <summary>A workflow or activity ran out of one of its timeouts.</summary>
public class TimeoutFailureException : FailureException
{
    public TimeoutFailureException(
        string message,
        TimeoutType timeoutType,
        IReadOnlyCollection<object?>? lastHeartbeatDetails = null,
        Exception? inner = null)
        : base(message, inner)
    {
        TimeoutType = timeoutType;
        LastHeartbeatDetails = new OutboundFailureDetails(lastHeartbeatDetails ?? []);
    }

    protected internal TimeoutFailureException(Failure failure, Exception? inner, IPayloadConverter converter)
        : base(failure, inner)
    {
        var info = failure.TimeoutFailureInfo ?? new();
        TimeoutType = info.TimeoutType;
        LastHeartbeatDetails = new InboundFailureDetails(converter, info.LastHeartbeatDetails?.Payloads_);
    }

    /// <summary>Which timeout ran out.</summary>
    public TimeoutType TimeoutType { get; }

    /// <summary>Details of the last heartbeat the server recorded; empty, never null.</summary>
    public IFailureDetails LastHeartbeatDetails { get; }
}
