using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Worker.Interceptors;

namespace Runbooks.Temporal.Activities;

/// <summary>What an activity may ask of its worker. Bound to the logical call context of the attempt.</summary>
public class ActivityExecutionContext
{
    private static readonly AsyncLocal<ActivityExecutionContext?> AsyncLocalCurrent = new();

    private readonly Func<ITemporalClient?> client;
    private readonly Func<ActivityCancelReason> cancelReason;
    private readonly Lazy<ILogger> logger;

    internal ActivityExecutionContext(
        ActivityInfo info,
        IPayloadConverter payloadConverter,
        ILoggerFactory loggerFactory,
        Func<ActivityCancelReason> cancelReason,
        Func<ITemporalClient?> client,
        CancellationToken cancellationToken,
        CancellationToken workerShutdownToken)
    {
        Info = info;
        CancellationToken = cancellationToken;
        WorkerShutdownToken = workerShutdownToken;
        PayloadConverter = payloadConverter;
        TaskToken = ByteString.CopyFrom(info.TaskToken);
        this.cancelReason = cancelReason;
        this.client = client;
        logger = new(() => loggerFactory.CreateLogger($"Temporalio.Activity:{info.ActivityType}"));
    }

    /// <summary>The context of the running activity. Throws outside one.</summary>
    public static ActivityExecutionContext Current =>
        AsyncLocalCurrent.Value ?? throw new InvalidOperationException("No current context");

    /// <summary>True inside an activity.</summary>
    public static bool HasCurrent => AsyncLocalCurrent.Value is not null;

    /// <summary>Why <see cref="CancellationToken"/> was cancelled.</summary>
    public ActivityCancelReason CancelReason => cancelReason();

    /// <summary>Cancelled when the attempt should end early. Server requests arrive with heartbeats only.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Cancelled as soon as the worker begins to stop; the attempt may use the grace period.</summary>
    public CancellationToken WorkerShutdownToken { get; }

    /// <summary>Facts about the attempt.</summary>
    public ActivityInfo Info { get; }

    /// <summary>Logger of this activity type.</summary>
    public ILogger Logger => logger.Value;

    /// <summary>Payload converter of the worker, without its codec.</summary>
    public IPayloadConverter PayloadConverter { get; }

    /// <summary>Token by which this attempt can be completed asynchronously.</summary>
    public ByteString TaskToken { get; }

    /// <summary>Client of the worker.</summary>
    public ITemporalClient TemporalClient =>
        client() ?? throw new InvalidOperationException("No Temporal client available here");

    internal ActivityOutboundInterceptor? Outbound { get; set; }

    internal static ActivityExecutionContext? AsyncLocalValue
    {
        set => AsyncLocalCurrent.Value = value;
    }

    /// <summary>Reports life and progress. Throttled: the last details always arrive.</summary>
    /// <param name="details">Progress for the next attempt.</param>
    public void Heartbeat(params object?[] details) =>
        (Outbound ?? throw new InvalidOperationException("Heartbeat not available here")).Heartbeat(new(details));
}
