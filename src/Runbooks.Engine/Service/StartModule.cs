using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.History;
using Runbooks.Engine.Machines;
using Runbooks.Engine.Rpc;
using Runbooks.Engine.Runs;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Engine.Service;

/// <summary>Start and signal-with-start.</summary>
public sealed class StartModule(EngineContext engine) : IRpcModule
{
    public void Register(RpcTable table)
    {
        table.Add<StartWorkflowExecutionRequest, StartWorkflowExecutionResponse>(
            RpcTable.WorkflowService + "StartWorkflowExecution", (r, _) => StartAsync(r));
        table.Add<SignalWithStartWorkflowExecutionRequest, SignalWithStartWorkflowExecutionResponse>(
            RpcTable.WorkflowService + "SignalWithStartWorkflowExecution", (r, _) => SignalWithStartAsync(r));
    }

    public Task<StartWorkflowExecutionResponse> StartAsync(StartWorkflowExecutionRequest request)
    {
        var key = Check(request);
        return engine.Runs.WithAsync(key, async w =>
        {
            var (entry, started) = await StartLockedAsync(w, request, null);
            return new StartWorkflowExecutionResponse
            {
                RunId = entry.Key.RunId.ToString(),
                FirstExecutionRunId = entry.State.FirstRunId.ToString(),
                Started = started,
                Status = entry.State.Status,
            };
        });
    }

    public Task<SignalWithStartWorkflowExecutionResponse> SignalWithStartAsync(
        SignalWithStartWorkflowExecutionRequest request)
    {
        var start = StartOf(request);
        var key = Check(start);
        if (string.IsNullOrEmpty(request.SignalName))
        {
            throw RpcFault.Invalid("SignalName is not set on request.");
        }

        var signal = new WorkflowExecutionSignaledEventAttributes
        {
            SignalName = request.SignalName, Input = request.SignalInput, Identity = request.Identity,
            Header = request.Header, RequestId = request.RequestId,
        };
        return engine.Runs.WithAsync(key, async w =>
        {
            var current = await w.CurrentAsync();
            var terminates = request.WorkflowIdConflictPolicy == WorkflowIdConflictPolicy.TerminateExisting;
            if (current is { State.IsOpen: true } && !terminates)
            {
                await SignalAsync(w, current, signal);
                return Answer(current, started: false);
            }

            var (entry, started) = await StartLockedAsync(w, start, t => InboxMachine.Signal(t, signal));
            return Answer(entry, started);
        });
    }

    /// <summary>
    /// Starts under the lock, as the policies of the request decide. <paramref name="withStart"/> adds to the first
    /// transaction of a new run.
    /// </summary>
    public async Task<(RunEntry Entry, bool Started)> StartLockedAsync(
        LockedWorkflow w, StartWorkflowExecutionRequest request, Action<Transition>? withStart, ChildOrigin? child = null)
    {
        var current = await w.CurrentAsync();
        var verdict = StartPolicy.Decide(current?.State, request.RequestId, request.WorkflowIdReusePolicy,
            request.WorkflowIdConflictPolicy, engine.Now, engine.Options.MinimumReuseInterval);
        switch (verdict)
        {
            case StartVerdict.SameRequest:
                return (current!, true);
            case StartVerdict.UseExisting:
                return (current!, false);
            case StartVerdict.AlreadyExists:
                throw AlreadyStarted(current!.State);
            case StartVerdict.TooSoon:
                throw new RpcFault(RpcStatus.ResourceExhausted,
                    "Too many restarts. Please try again later.",
                    new ResourceExhaustedFailure { Cause = ResourceExhaustedCause.BusyWorkflow });
        }

        Transition? ending = null;
        if (verdict == StartVerdict.TerminateAndStart)
        {
            ending = w.Begin(current!);
            RunCloser.Terminate(ending, "TerminateIfRunning WorkflowIdReusePolicy Policy", null, "history-service");
        }

        var began = NewRun(request, child);
        withStart?.Invoke(began);
        WorkflowTaskMachine.Schedule(began);
        return (await w.CommitNewAsync(began, current, ending), true);
    }

    public WorkflowKey Check(StartWorkflowExecutionRequest r)
    {
        var key = engine.RequireWorkflow(r.Namespace, r.WorkflowId);
        if (string.IsNullOrEmpty(r.WorkflowType?.Name))
        {
            throw RpcFault.Invalid("WorkflowType is not set on request.");
        }

        if (string.IsNullOrEmpty(r.TaskQueue?.Name))
        {
            throw RpcFault.Invalid("missing task queue name");
        }

        engine.RequireId(r.WorkflowType.Name, "WorkflowType");
        engine.RequireId(r.TaskQueue.Name, "TaskQueue");
        engine.RequireId(r.RequestId, "RequestId");
        engine.RequireBlob(r.Input, "Input");
        engine.RequireBlob(r.Memo, "Memo");
        CheckTimes(r);
        if (r.RetryPolicy is not null && RetryDecision.Fault(r.RetryPolicy) is { } bad)
        {
            throw RpcFault.Invalid(bad);
        }

        if (r.CronSchedule.Length > 0 && CronSchedule.Fault(r.CronSchedule) is { } badCron)
        {
            throw RpcFault.Invalid(badCron);
        }

        if (r.SearchAttributes is not null
            && SearchAttributeTypes.Fault(r.SearchAttributes, n => engine.AttributeType(r.Namespace, n)) is { } unknown)
        {
            throw RpcFault.Invalid(unknown);
        }

        return key;
    }

    public static RpcFault AlreadyStarted(RunState current) => new(
        RpcStatus.AlreadyExists,
        current.IsOpen
            ? $"Workflow execution is already running. WorkflowId: {current.WorkflowId}, RunId: {current.RunId}."
            : $"Workflow execution already finished. WorkflowId: {current.WorkflowId}, RunId: {current.RunId}. "
              + "Workflow Id reuse policy: reject.",
        new WorkflowExecutionAlreadyStartedFailure
        {
            StartRequestId = current.StartRequestId, RunId = current.RunId.ToString(),
            FirstExecutionRunId = current.FirstRunId.ToString(),
        });

    public async Task SignalAsync(LockedWorkflow w, RunEntry entry, WorkflowExecutionSignaledEventAttributes signal,
        IEnumerable<Link>? links = null)
    {
        if (entry.State.SignalCount >= engine.Options.SignalsMax)
        {
            throw RpcFault.Invalid("exceeded workflow execution limit for signal events");
        }

        var t = w.Begin(entry);
        if (InboxMachine.Signal(t, signal, links))
        {
            await w.CommitAsync(entry, t);
        }
        else
        {
            w.Drop(entry);
        }
    }

    private Transition NewRun(StartWorkflowExecutionRequest r, ChildOrigin? child)
    {
        var runId = Guid.NewGuid();
        var now = engine.Now;
        var delay = r.WorkflowStartDelay?.ToTimeSpan() ?? TimeSpan.Zero;
        if (r.CronSchedule.Length > 0 && CronSchedule.Next(r.CronSchedule, now, now) is { } first)
        {
            delay = first - now;
        }

        var attributes = new WorkflowExecutionStartedEventAttributes
        {
            WorkflowType = r.WorkflowType,
            TaskQueue = new() { Name = r.TaskQueue.Name, Kind = TaskQueueKind.Normal },
            Input = r.Input,
            WorkflowExecutionTimeout = r.WorkflowExecutionTimeout,
            WorkflowRunTimeout = r.WorkflowRunTimeout,
            WorkflowTaskTimeout = r.WorkflowTaskTimeout,
            Identity = r.Identity,
            RetryPolicy = r.RetryPolicy is null ? null : RetryDecision.Complete(r.RetryPolicy),
            CronSchedule = r.CronSchedule,
            FirstWorkflowTaskBackoff = Duration.FromTimeSpan(delay),
            Initiator = r.CronSchedule.Length > 0 ? ContinueAsNewInitiator.CronSchedule : default,
            Memo = r.Memo,
            SearchAttributes = r.SearchAttributes,
            Header = r.Header,
            WorkflowId = r.WorkflowId,
            Priority = r.Priority,
            ContinuedFailure = r.ContinuedFailure,
            LastCompletionResult = r.LastCompletionResult,
        };
        child?.Describe(attributes);
        var requestId = r.RequestId.Length > 0 ? r.RequestId : Guid.NewGuid().ToString();
        var state = RunStarter.Prepare(r.Namespace, runId, requestId, attributes, engine.Options, now);
        var t = new Transition(state, now, engine.Options, Guid.NewGuid);
        RunStarter.WriteStarted(t, attributes, r.UserMetadata, r.Links);
        return t;
    }

    private static void CheckTimes(StartWorkflowExecutionRequest r)
    {
        var times = new[]
        {
            (r.WorkflowExecutionTimeout, "WorkflowExecutionTimeout"), (r.WorkflowRunTimeout, "WorkflowRunTimeout"),
            (r.WorkflowTaskTimeout, "WorkflowTaskTimeout"), (r.WorkflowStartDelay, "WorkflowStartDelay"),
        };
        foreach (var (time, name) in times)
        {
            if (time is not null && time.ToTimeSpan() < TimeSpan.Zero)
            {
                throw RpcFault.Invalid($"An invalid {name} is set on request.");
            }
        }

        if (r.CronSchedule.Length > 0 && r.WorkflowStartDelay?.ToTimeSpan() > TimeSpan.Zero)
        {
            throw RpcFault.Invalid("CronSchedule and WorkflowStartDelay may not be used together.");
        }
    }

    private static StartWorkflowExecutionRequest StartOf(SignalWithStartWorkflowExecutionRequest r) => new()
    {
        Namespace = r.Namespace, WorkflowId = r.WorkflowId, WorkflowType = r.WorkflowType, TaskQueue = r.TaskQueue,
        Input = r.Input, WorkflowExecutionTimeout = r.WorkflowExecutionTimeout,
        WorkflowRunTimeout = r.WorkflowRunTimeout, WorkflowTaskTimeout = r.WorkflowTaskTimeout, Identity = r.Identity,
        RequestId = r.RequestId, WorkflowIdReusePolicy = r.WorkflowIdReusePolicy,
        WorkflowIdConflictPolicy = r.WorkflowIdConflictPolicy == WorkflowIdConflictPolicy.Unspecified
            ? WorkflowIdConflictPolicy.UseExisting : r.WorkflowIdConflictPolicy,
        RetryPolicy = r.RetryPolicy, CronSchedule = r.CronSchedule, Memo = r.Memo,
        SearchAttributes = r.SearchAttributes, Header = r.Header, WorkflowStartDelay = r.WorkflowStartDelay,
        UserMetadata = r.UserMetadata, Links = { r.Links }, Priority = r.Priority,
    };

    private static SignalWithStartWorkflowExecutionResponse Answer(RunEntry entry, bool started) => new()
    {
        RunId = entry.Key.RunId.ToString(), FirstExecutionRunId = entry.State.FirstRunId.ToString(), Started = started,
    };
}

/// <summary>The parent of a run that is started as a child.</summary>
public sealed record ChildOrigin(RunKey Parent, long InitiatedEventId, WorkflowExecution Root)
{
    public void Describe(WorkflowExecutionStartedEventAttributes a)
    {
        a.ParentWorkflowNamespace = Parent.Namespace;
        a.ParentWorkflowExecution = new() { WorkflowId = Parent.WorkflowId, RunId = Parent.RunId.ToString() };
        a.ParentInitiatedEventId = InitiatedEventId;
        a.RootWorkflowExecution = Root;
    }
}
