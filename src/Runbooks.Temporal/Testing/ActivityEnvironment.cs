using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Worker.Interceptors;

namespace Runbooks.Temporal.Testing;

/// <summary>Runs activity code in a test, with an activity context but without worker or server.</summary>
public record ActivityEnvironment
{
    private static readonly DateTime Began = DateTime.UnixEpoch;

    /// <summary>Facts that the code sees.</summary>
    public ActivityInfo Info { get; init; } = new(
        "test", "unknown", 1, Began, DataConverter.Default, [], null, false, Common.Priority.Default, null,
        TimeSpan.FromSeconds(1), Began, TimeSpan.FromSeconds(1), Began, "test", "test"u8.ToArray(), "test", "default",
        "test-run", "test");

    /// <summary>Logger factory. Default: silent.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Payload converter.</summary>
    public IPayloadConverter PayloadConverter { get; init; } = DataConverter.Default.PayloadConverter;

    /// <summary>Receives heartbeats. Default: drops them.</summary>
    public Action<object?[]> Heartbeater { get; init; } = static _ => { };

    /// <summary>Cancels the activity; see also <see cref="CancelReason"/>.</summary>
    public CancellationTokenSource CancellationTokenSource { get; init; } = new();

    /// <summary>Announces the worker's stop.</summary>
    public CancellationTokenSource WorkerShutdownTokenSource { get; init; } = new();

    /// <summary>Client that the code sees. Default: null, none.</summary>
    public ITemporalClient? TemporalClient { get; init; }

    /// <summary>Reason that the code sees.</summary>
    public ActivityCancelReason CancelReason { get; set; }

    /// <summary>Cancels the activity for a reason.</summary>
    /// <param name="reason">Reason.</param>
    public void Cancel(ActivityCancelReason reason = ActivityCancelReason.CancelRequested)
    {
        CancelReason = reason;
        CancellationTokenSource.Cancel();
    }

    /// <summary>Runs code as an activity.</summary>
    /// <param name="activity">Code.</param>
    /// <returns>When it has ended.</returns>
    public Task RunAsync(Action activity) => RunAsync(() =>
    {
        activity();
        return Task.FromResult<object?>(null);
    });

    /// <summary>Runs code as an activity.</summary>
    /// <typeparam name="T">Result type.</typeparam>
    /// <param name="activity">Code.</param>
    /// <returns>The result.</returns>
    public Task<T> RunAsync<T>(Func<T> activity) => RunAsync(() => Task.FromResult(activity()));

    /// <summary>Runs code as an activity.</summary>
    /// <param name="activity">Code.</param>
    /// <returns>When it has ended.</returns>
    public Task RunAsync(Func<Task> activity) => RunAsync<object?>(async () =>
    {
        await activity().ConfigureAwait(false);
        return null;
    });

    /// <summary>Runs code as an activity.</summary>
    /// <typeparam name="T">Result type.</typeparam>
    /// <param name="activity">Code.</param>
    /// <returns>The result.</returns>
    public Task<T> RunAsync<T>(Func<Task<T>> activity) => Task.Run(() =>
    {
        ActivityExecutionContext.AsyncLocalValue = new(
            Info, PayloadConverter, LoggerFactory, () => CancelReason, () => TemporalClient,
            CancellationTokenSource.Token, WorkerShutdownTokenSource.Token)
        {
            Outbound = new Recorder(Heartbeater),
        };
        return activity();
    });

    private sealed class Recorder(Action<object?[]> heartbeater) : ActivityOutboundInterceptor
    {
        public override void Heartbeat(HeartbeatInput input) => heartbeater(input.Details);
    }
}
