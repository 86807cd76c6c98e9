using Microsoft.Extensions.Logging;
using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker.Interceptors;
using Runbooks.Temporal.Worker.Language;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;

namespace Runbooks.Temporal.Worker;

/// <summary>
/// One attempt of an activity, regular or local: conversion, context, interceptors, and what its exception means. Knows
/// nothing of the server.
/// </summary>
internal sealed class ActivityAttempt : IDisposable
{
    private readonly DataConverter converter;
    private readonly CancellationTokenSource cancellation = new();
    private readonly IReadOnlyList<IWorkerInterceptor> interceptors;
    private int cancelReason;

    internal ActivityAttempt(
        ActivityInfo info,
        IReadOnlyList<IWorkerInterceptor> interceptors,
        ILoggerFactory loggerFactory,
        Func<ITemporalClient?> client,
        CancellationToken workerShutdown)
    {
        Info = info;
        converter = info.DataConverter;
        this.interceptors = interceptors;
        Context = new(
            info, converter.PayloadConverter, loggerFactory, () => Reason, client, cancellation.Token, workerShutdown);
    }

    internal ActivityInfo Info { get; }

    internal ActivityExecutionContext Context { get; }

    internal ActivityCancelReason Reason => (ActivityCancelReason)Volatile.Read(ref cancelReason);

    public void Dispose() => cancellation.Dispose();

    /// <summary>Cancels once; the first reason stays.</summary>
    internal void Cancel(ActivityCancelReason reason)
    {
        if (Interlocked.CompareExchange(ref cancelReason, (int)reason, (int)ActivityCancelReason.None) !=
            (int)ActivityCancelReason.None)
        {
            return;
        }
        try
        {
            cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The attempt ended between the decision to cancel it and this call.
        }
    }

    /// <summary>Runs the attempt. Only the boundary in <see cref="ActivityResult"/> sees its exceptions.</summary>
    internal async Task<ActivityResult> RunAsync(
        ActivityTable table, Payloads? input, Header? header, Action<object?[]>? heartbeat)
    {
        try
        {
            var definition = table.Find(Info.ActivityType);
            var args = await ReadArgsAsync(definition, input).ConfigureAwait(false);
            var headers = await ReadHeadersAsync(header).ConfigureAwait(false);
            // Task.Run gives the activity a clean context: no scheduler, no ambient values of the worker.
            var value = await Task.Run(() => InvokeAsync(definition, args, headers, heartbeat)).ConfigureAwait(false);
            var isVoid = Runbooks.Temporal.Workflows.TaskResults.ResultType(definition.ReturnType) == typeof(void);
            return isVoid
                ? ActivityResult.Completed(null)
                : ActivityResult.Completed(await converter.ToPayloadAsync(value).ConfigureAwait(false));
        }
        catch (CompleteAsyncException)
        {
            return ActivityResult.Later;
        }
        catch (Exception e)
        {
            // Boundary between activity code and worker: every exception becomes a failure with its cause chain.
            return await ToResultAsync(e).ConfigureAwait(false);
        }
    }

    private async Task<object?> InvokeAsync(
        ActivityDefinition definition,
        object?[] args,
        IReadOnlyDictionary<string, Payload>? headers,
        Action<object?[]>? heartbeat)
    {
        ActivityExecutionContext.AsyncLocalValue = Context;
        ActivityInboundInterceptor chain = new ActivityInboundRoot(Context);
        foreach (var interceptor in interceptors.Reverse())
        {
            chain = interceptor.InterceptActivity(chain);
        }
        chain.Init(new ActivityOutboundRoot(heartbeat));
        return await chain.ExecuteActivityAsync(new(definition, args, headers)).ConfigureAwait(false);
    }

    private async Task<ActivityResult> ToResultAsync(Exception e)
    {
        var isCanceled = TemporalException.IsCanceledException(e);
        switch (Reason)
        {
            case ActivityCancelReason.CancelRequested when isCanceled:
                var canceled = e as CanceledFailureException ?? new CanceledFailureException("Cancelled");
                return ActivityResult.Canceled(await converter.ToFailureAsync(canceled).ConfigureAwait(false));
            case ActivityCancelReason.WorkerShutdown when isCanceled:
                e = new ApplicationFailureException(
                    "Worker is shutting down and this activity did not complete in time", e, "WorkerShutdown");
                break;
            case ActivityCancelReason.Timeout when isCanceled:
                e = new TimeoutFailureException(
                    "Activity timed out", Temporalio.Api.Enums.V1.TimeoutType.StartToClose, inner: e);
                break;
            case ActivityCancelReason.Paused when isCanceled:
                e = new ApplicationFailureException("Activity paused", e, "ActivityPause");
                break;
            case ActivityCancelReason.Reset when isCanceled:
                e = new ApplicationFailureException("Activity reset", e, "ActivityReset");
                break;
        }
        return ActivityResult.Failed(await converter.ToFailureAsync(e).ConfigureAwait(false), e);
    }

    private async Task<object?[]> ReadArgsAsync(ActivityDefinition definition, Payloads? input)
    {
        IReadOnlyCollection<Payload> payloads = input?.Payloads_ ?? [];
        if (converter.PayloadCodec is { } codec && payloads.Count > 0)
        {
            payloads = await codec.DecodeAsync(payloads).ConfigureAwait(false);
        }
        return definition.Dynamic
            ? PayloadArgs.ForDynamic(null, payloads)
            : PayloadArgs.Convert(
                converter.PayloadConverter, payloads, definition.ParameterTypes,
                definition.RequiredParameterCount, definition.Defaults);
    }

    private async Task<IReadOnlyDictionary<string, Payload>?> ReadHeadersAsync(Header? header)
    {
        if (header is null || header.Fields.Count == 0)
        {
            return null;
        }
        if (converter.PayloadCodec is { } codec)
        {
            header = header.Clone();
            await PayloadWalker.ApplyAsync(header, codec.DecodeAsync).ConfigureAwait(false);
        }
        return header.Fields;
    }

    private sealed class ActivityInboundRoot(ActivityExecutionContext context) : ActivityInboundInterceptor
    {
        public override void Init(ActivityOutboundInterceptor outbound) => context.Outbound = outbound;

        public override Task<object?> ExecuteActivityAsync(ExecuteActivityInput input) =>
            input.Activity.InvokeAsync(input.Args);
    }

    private sealed class ActivityOutboundRoot(Action<object?[]>? heartbeat) : ActivityOutboundInterceptor
    {
        // Local activities have no heartbeat: they are never longer than a task can be kept alive.
        public override void Heartbeat(HeartbeatInput input) => heartbeat?.Invoke(input.Details);
    }
}
