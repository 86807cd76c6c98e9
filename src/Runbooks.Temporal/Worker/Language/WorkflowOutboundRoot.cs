using Google.Protobuf.WellKnownTypes;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker.Core;
using Runbooks.Temporal.Worker.Interceptors;
using Runbooks.Temporal.Workflows;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Sdk.V1;

namespace Runbooks.Temporal.Worker.Language;

/// <summary>
/// End of the outbound chain: turns calls into commands and waits for their outcome.
/// Cancellation is always a command of its own; what it means for the waiting code is decided
/// by the core's machines, except for timers, whose cancellation is the code's own affair.
/// </summary>
internal sealed class WorkflowOutboundRoot(WorkflowInstance run) : WorkflowOutboundInterceptor
{
    /// <summary>Timers cannot be finer than the server's clock, so the shortest real one is a millisecond.</summary>
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(1);

    public override ContinueAsNewException CreateContinueAsNewException(CreateContinueAsNewExceptionInput input) =>
        new(input);

    public override async Task DelayAsync(DelayAsyncInput input)
    {
        var token = input.CancellationToken ?? run.CancellationToken;
        token.ThrowIfCancellationRequested();
        if (input.Delay < TimeSpan.Zero && input.Delay != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentException("Timer duration cannot be negative", nameof(input));
        }
        var source = new TaskCompletionSource();
        if (input.Delay == Timeout.InfiniteTimeSpan)
        {
            using var only = token.Register(() => source.TrySetCanceled(token));
            await source.Task;
            return;
        }
        var delay = input.Delay < ShortestDelay ? ShortestDelay : input.Delay;
        var seq = run.Pending.NextTimer();
        run.AddCommand(new StartTimer(seq, delay, Summary(input.Summary)));
        run.Pending.Timers[seq] = source;
        using var registration = token.Register(() =>
        {
            if (run.Pending.Timers.Remove(seq))
            {
                run.AddCommand(new CancelTimer(seq));
                source.TrySetCanceled(token);
            }
        });
        await source.Task;
    }

    public override async Task<TResult> ScheduleActivityAsync<TResult>(ScheduleActivityInput input)
    {
        var o = input.Options;
        if (o.StartToCloseTimeout is null && o.ScheduleToCloseTimeout is null)
        {
            throw new ArgumentException("Activity options must have StartToCloseTimeout or ScheduleToCloseTimeout");
        }
        var token = o.CancellationToken ?? run.CancellationToken;
        if (token.IsCancellationRequested)
        {
            throw new CanceledFailureException("Activity cancelled before scheduled");
        }
        var args = run.PayloadConverter.ToPayloads(input.Args);
        var seq = run.Pending.NextActivity();
        var attributes = new ScheduleActivityTaskCommandAttributes
        {
            ActivityId = o.ActivityId ?? seq.ToString(),
            ActivityType = new() { Name = input.Activity },
            TaskQueue = new() { Name = o.TaskQueue ?? run.Info.TaskQueue },
            Input = new() { Payloads_ = { args } },
            Header = Header(input.Headers),
            ScheduleToCloseTimeout = Span(o.ScheduleToCloseTimeout),
            ScheduleToStartTimeout = Span(o.ScheduleToStartTimeout),
            StartToCloseTimeout = Span(o.StartToCloseTimeout),
            HeartbeatTimeout = Span(o.HeartbeatTimeout),
            RetryPolicy = o.RetryPolicy?.ToProto(),
            Priority = o.Priority?.ToProto(),
        };
        run.AddCommand(new ScheduleActivity(seq, attributes, o.CancellationType, Summary(o.Summary)));
        var resolved = await ResolutionAsync(seq, new RequestCancelActivity(seq), token);
        return OutcomeReader.Read<TResult>(run, resolved.Outcome);
    }

    public override async Task<TResult> ScheduleLocalActivityAsync<TResult>(ScheduleLocalActivityInput input)
    {
        var o = input.Options;
        if (o.StartToCloseTimeout is null && o.ScheduleToCloseTimeout is null)
        {
            throw new ArgumentException(
                "Local activity options must have StartToCloseTimeout or ScheduleToCloseTimeout");
        }
        var token = o.CancellationToken ?? run.CancellationToken;
        var args = run.PayloadConverter.ToPayloads(input.Args);
        string? id = o.ActivityId;
        LocalBackoff? backoff = null;
        while (true)
        {
            if (token.IsCancellationRequested)
            {
                throw new CanceledFailureException("Activity cancelled before scheduled");
            }
            var seq = run.Pending.NextActivity();
            id ??= seq.ToString();
            var attributes = new ScheduleActivityTaskCommandAttributes
            {
                ActivityId = id,
                ActivityType = new() { Name = input.Activity },
                Input = new() { Payloads_ = { args } },
                Header = Header(input.Headers),
                ScheduleToCloseTimeout = Span(o.ScheduleToCloseTimeout),
                ScheduleToStartTimeout = Span(o.ScheduleToStartTimeout),
                StartToCloseTimeout = Span(o.StartToCloseTimeout),
                RetryPolicy = (o.RetryPolicy ?? new()).ToProto(),
            };
            run.AddCommand(new ScheduleLocalActivity(
                seq, attributes, o.CancellationType, o.LocalRetryThreshold ?? TimeSpan.FromMinutes(1),
                backoff?.Attempt ?? 1, backoff?.OriginalScheduleTime, Summary(o.Summary)));
            var resolved = await ResolutionAsync(seq, new RequestCancelLocalActivity(seq), token);
            if (resolved.Backoff is null)
            {
                return OutcomeReader.Read<TResult>(run, resolved.Outcome);
            }
            backoff = resolved.Backoff;
            await DelayAsync(new(backoff.Delay, token));
        }
    }

    public override async Task<ChildWorkflowHandle<TWorkflow, TResult>> StartChildWorkflowAsync<TWorkflow, TResult>(
        StartChildWorkflowInput input)
    {
        var token = input.Options.CancellationToken ?? run.CancellationToken;
        if (token.IsCancellationRequested)
        {
            throw new CanceledFailureException("Child cancelled before scheduled");
        }
        var attributes = ChildAttributes(input);
        var seq = run.Pending.NextChild();
        run.AddCommand(new StartChild(
            seq, run.Namespace, attributes, input.Options.CancellationType,
            Summary(input.Options.StaticSummary, input.Options.StaticDetails)));
        var started = new TaskCompletionSource<ResolveChildStart>();
        var ended = new TaskCompletionSource<Outcome>();
        run.Pending.ChildStarts[seq] = started;
        run.Pending.Children[seq] = ended;
        // The registration outlives this call: a token may cancel the child until it ends.
        var registration = token.Register(() =>
        {
            if (run.Pending.Children.ContainsKey(seq))
            {
                run.AddCommand(new CancelChild(seq, "Workflow cancellation requested"));
            }
        });
        var start = await started.Task;
        if (start.Failure is null)
        {
            return new ChildHandle<TWorkflow, TResult>(
                run, attributes.WorkflowId, start.RunId!, EndAsync(ended.Task, registration));
        }
        run.Pending.Children.Remove(seq);
        registration.Unregister();
        throw start.AlreadyExists
            ? new WorkflowAlreadyStartedException(
                "Child workflow already started", attributes.WorkflowId, attributes.WorkflowType.Name, string.Empty)
            : run.FailureConverter.ToException(start.Failure, run.PayloadConverter);
    }

    public override Task SignalChildWorkflowAsync(SignalChildWorkflowInput input) => SignalAsync(
        new()
        {
            Execution = new() { WorkflowId = input.Id },
            ChildWorkflowOnly = true,
            SignalName = input.Signal,
            Input = new() { Payloads_ = { run.PayloadConverter.ToPayloads(input.Args) } },
            Header = Header(input.Headers),
        },
        input.Options?.CancellationToken);

    public override Task SignalExternalWorkflowAsync(SignalExternalWorkflowInput input) => SignalAsync(
        new()
        {
            Execution = new() { WorkflowId = input.Id, RunId = input.RunId ?? string.Empty },
            SignalName = input.Signal,
            Input = new() { Payloads_ = { run.PayloadConverter.ToPayloads(input.Args) } },
            Header = Header(input.Headers),
        },
        input.Options?.CancellationToken);

    public override async Task CancelExternalWorkflowAsync(CancelExternalWorkflowInput input)
    {
        var seq = run.Pending.NextCancel();
        run.AddCommand(new CancelExternal(seq, new()
        {
            WorkflowId = input.Id,
            RunId = input.RunId ?? string.Empty,
        }));
        var source = new TaskCompletionSource<ResolveExternalCancel>();
        run.Pending.Cancels[seq] = source;
        var resolved = await source.Task;
        ThrowIfFailed(resolved.Failure);
    }

    private static async Task<Outcome> EndAsync(Task<Outcome> ended, CancellationTokenRegistration registration)
    {
        var outcome = await ended;
        registration.Unregister();
        return outcome;
    }

    private async Task SignalAsync(
        SignalExternalWorkflowExecutionCommandAttributes attributes, CancellationToken? cancellation)
    {
        var token = cancellation ?? run.CancellationToken;
        if (token.IsCancellationRequested)
        {
            throw new CanceledFailureException("Signal cancelled before scheduled");
        }
        var seq = run.Pending.NextSignal();
        run.AddCommand(new SignalExternal(seq, attributes));
        var source = new TaskCompletionSource<ResolveExternalSignal>();
        run.Pending.Signals[seq] = source;
        using var registration = token.Register(() =>
        {
            if (run.Pending.Signals.ContainsKey(seq))
            {
                run.AddCommand(new CancelSignalExternal(seq));
            }
        });
        var resolved = await source.Task;
        ThrowIfFailed(resolved.Failure);
    }

    private void ThrowIfFailed(Temporalio.Api.Failure.V1.Failure? failure)
    {
        if (failure is not null)
        {
            throw run.FailureConverter.ToException(failure, run.PayloadConverter);
        }
    }

    private async Task<ResolveActivity> ResolutionAsync(uint seq, WorkflowCommand cancel, CancellationToken token)
    {
        var source = new TaskCompletionSource<ResolveActivity>();
        run.Pending.Activities[seq] = source;
        using var registration = token.Register(() =>
        {
            if (run.Pending.Activities.ContainsKey(seq))
            {
                run.AddCommand(cancel);
            }
        });
        return await source.Task;
    }

    private StartChildWorkflowExecutionCommandAttributes ChildAttributes(StartChildWorkflowInput input)
    {
        var o = input.Options;
        var attributes = new StartChildWorkflowExecutionCommandAttributes
        {
            WorkflowId = o.Id ?? Workflow.NewGuid().ToString(),
            WorkflowType = new() { Name = input.Workflow },
            TaskQueue = new() { Name = o.TaskQueue ?? run.Info.TaskQueue },
            Input = new() { Payloads_ = { run.PayloadConverter.ToPayloads(input.Args) } },
            Header = Header(input.Headers),
            WorkflowExecutionTimeout = Span(o.ExecutionTimeout),
            WorkflowRunTimeout = Span(o.RunTimeout),
            WorkflowTaskTimeout = Span(o.TaskTimeout),
            ParentClosePolicy = (Temporalio.Api.Enums.V1.ParentClosePolicy)(int)o.ParentClosePolicy,
            WorkflowIdReusePolicy = o.IdReusePolicy,
            RetryPolicy = o.RetryPolicy?.ToProto(),
            CronSchedule = o.CronSchedule ?? string.Empty,
            SearchAttributes = o.TypedSearchAttributes?.ToProto(),
            Priority = o.Priority?.ToProto(),
        };
        if (o.Memo is { Count: > 0 } memo)
        {
            attributes.Memo = new();
            foreach (var (key, value) in memo)
            {
                attributes.Memo.Fields[key] = run.PayloadConverter.ToPayload(value);
            }
        }
        return attributes;
    }

    private UserMetadata? Summary(string? summary, string? details = null) =>
        summary is null && details is null
            ? null
            : new()
            {
                Summary = summary is null ? null : run.PayloadConverter.ToPayload(summary),
                Details = details is null ? null : run.PayloadConverter.ToPayload(details),
            };

    private static Header? Header(IDictionary<string, Payload>? headers) =>
        headers is { Count: > 0 } ? new() { Fields = { headers } } : null;

    private static Duration? Span(TimeSpan? span) => span is { } value ? Duration.FromTimeSpan(value) : null;
}
