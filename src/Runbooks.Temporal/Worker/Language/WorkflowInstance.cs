using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker.Core;
using Runbooks.Temporal.Worker.Interceptors;
using Runbooks.Temporal.Workflows;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;

namespace Runbooks.Temporal.Worker.Language;

/// <summary>
/// One run of one workflow class, and the scheduler all its tasks run on.
/// <para>
/// An activation applies all its jobs, which only queues work; then the queue is drained, oldest task first; then the
/// first condition that holds is resolved and the queue drained again, until nothing moves. Everything happens on the
/// thread that calls <see cref="Activate"/>, so order depends on the jobs alone. Continuations are never inlined:
/// inlining depends on stack depth, which replay need not repeat.
/// </para>
/// <para>
/// Code that leaves the scheduler (<c>Task.Run</c>, <c>ConfigureAwait(false)</c>, timers of the framework) comes back
/// from a foreign thread. That is noticed here, logged at once, and fails the next task: the run waits for a fix.
/// </para>
/// </summary>
#pragma warning disable CA1001 // The token source has neither timer nor wait handle; an evicted run is just forgotten.
internal sealed class WorkflowInstance : TaskScheduler, IWorkflowContext
#pragma warning restore CA1001
{
    private readonly Queue<Task> queue = new();
    private readonly List<(Func<bool> Check, TaskCompletionSource Source)> conditions = [];
    private readonly CancellationTokenSource cancellation = new();
    private readonly HashSet<string> notifiedPatches = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> patchAnswers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IRawValue> memo = new(StringComparer.Ordinal);
    private readonly List<WorkflowCommand> commands = [];
    private readonly WorkflowHandlers handlers;
    private readonly WorkflowInstanceOptions options;
    private readonly DeterministicRandom random;
    private readonly FailureRules failureRules;
    private readonly WorkflowInboundInterceptor inbound;
    private readonly Lazy<ILogger> logger;
    private InvalidWorkflowSchedulerException? foreignTask;
    private Exception? taskFailure;
    private WorkflowOutboundInterceptor? outbound;
    private object? instance;
    private Payloads? input;
    private Task? inlineTask;
    private int thread;

    internal WorkflowInstance(WorkflowDefinition definition, WorkflowInfo info, Payloads? input,
        WorkflowInstanceOptions options, Temporalio.Api.Common.V1.Memo? memo, SearchAttributes? searchAttributes)
    {
        Definition = definition;
        Info = info;
        this.input = input;
        this.options = options;
        random = new(info.RunId);
        failureRules = new(options.FailureExceptionTypes.Concat(definition.FailureExceptionTypes));
        foreach (var (key, value) in memo?.Fields ?? [])
        {
            this.memo[key] = new RawValue(value);
        }
        TypedSearchAttributes = SearchAttributeCollection.FromProto(searchAttributes);
        logger = new(() => new WorkflowLogger(
            options.LoggerFactory.CreateLogger($"Temporalio.Workflow:{info.WorkflowType}"), this));
        handlers = new(this);
        var root = new WorkflowInboundRoot(o => outbound = o);
        inbound = options.Interceptors.Reverse()
            .Aggregate((WorkflowInboundInterceptor)root, (next, i) => i.InterceptWorkflow(next));
        inbound.Init(new WorkflowOutboundRoot(this));
    }

    public override int MaximumConcurrencyLevel => 1;

    public bool AllHandlersFinished => handlers.AllFinished;

    public CancellationToken CancellationToken => cancellation.Token;

    public bool ContinueAsNewSuggested { get; private set; }

    public string CurrentDetails { get; set; } = string.Empty;

    public int CurrentHistoryLength { get; private set; }

    public int CurrentHistorySize { get; private set; }

    public WorkflowUpdateInfo? CurrentUpdateInfo => WorkflowHandlers.CurrentUpdate.Value;

    public WorkflowInfo Info { get; }

    public object Instance => instance ?? throw new InvalidOperationException("Workflow object not created yet");

    public bool IsReplaying { get; private set; }

    public bool IsReplayingHistoryEvents => IsReplaying && !IsReadOnly;

    public ILogger Logger => logger.Value;

    public IReadOnlyDictionary<string, IRawValue> Memo => memo;

    public IPayloadConverter PayloadConverter => options.DataConverter.PayloadConverter;

    public Random Random
    {
        get
        {
            RequireWritable("draw random numbers");
            return random;
        }
    }

    public SearchAttributeCollection TypedSearchAttributes { get; private set; }

    public DateTime UtcNow { get; private set; }

    public IDictionary<string, WorkflowSignalDefinition> Signals => handlers.Signals;

    public IDictionary<string, WorkflowQueryDefinition> Queries => handlers.Queries;

    public IDictionary<string, WorkflowUpdateDefinition> Updates => handlers.Updates;

    public WorkflowSignalDefinition? DynamicSignal
    {
        get => handlers.DynamicSignal;
        set => handlers.DynamicSignal = value;
    }

    public WorkflowQueryDefinition? DynamicQuery
    {
        get => handlers.DynamicQuery;
        set => handlers.DynamicQuery = value;
    }

    public WorkflowUpdateDefinition? DynamicUpdate
    {
        get => handlers.DynamicUpdate;
        set => handlers.DynamicUpdate = value;
    }

    public WorkflowOutboundInterceptor Outbound => outbound!;

    internal WorkflowDefinition Definition { get; }

    internal PendingOperations Pending { get; } = new();

    internal WorkflowInboundInterceptor Inbound => inbound;

    internal IFailureConverter FailureConverter => options.DataConverter.FailureConverter;

    internal string Namespace => options.Namespace;

    internal bool IsReadOnly { get; private set; }

    internal bool IsFinished { get; private set; }

    /// <summary>Runs one activation. Blocks until the code waits for something; never throws.</summary>
    internal WorkflowCompletion Activate(WorkflowActivation activation)
    {
        thread = Environment.CurrentManagedThreadId;
        commands.Clear();
        UtcNow = activation.Timestamp;
        IsReplaying = activation.IsReplaying;
        CurrentHistoryLength = activation.HistoryLength;
        CurrentHistorySize = (int)activation.HistorySize;
        ContinueAsNewSuggested = activation.ContinueAsNewSuggested;
        try
        {
            if (activation.Jobs is [AnswerQuery, ..])
            {
                foreach (var query in activation.Jobs.Cast<AnswerQuery>())
                {
                    RunReadOnly(() => commands.Add(handlers.Answer(query)));
                }
            }
            else
            {
                ApplyAndRun(activation.Jobs);
            }
            taskFailure ??= foreignTask;
        }
        catch (Exception e)
        {
            // Boundary between workflow code and worker: whatever the code threw decides the fate of the task.
            taskFailure ??= e;
        }
        finally
        {
            thread = 0;
        }
        return taskFailure is null
            ? new(commands.ToArray(), null, false)
            : WorkflowCompletion.Failed(
                FailureConverter.ToFailure(taskFailure, PayloadConverter),
                taskFailure is WorkflowNondeterminismException);
    }

    public ExternalWorkflowHandle<TWorkflow> GetExternalWorkflowHandle<TWorkflow>(string id, string? runId) =>
        new ExternalHandle<TWorkflow>(this, id, runId);

    public bool Patch(string patchId, bool deprecated)
    {
        if (!deprecated && patchAnswers.TryGetValue(patchId, out var known))
        {
            return known;
        }
        RequireWritable("patch");
        var answer = deprecated || !IsReplaying || notifiedPatches.Contains(patchId);
        if (answer)
        {
            // A patch is marked once, however often the code asks.
            if (patchAnswers.TryAdd(patchId, true))
            {
                AddCommand(new SetPatchMarker(patchId, deprecated));
            }
        }
        else
        {
            patchAnswers[patchId] = false;
        }
        return answer;
    }

    public void UpsertMemo(IReadOnlyCollection<MemoUpdate> updates)
    {
        RequireUnique(updates.Select(u => u.UntypedKey), "memo");
        var changed = new Temporalio.Api.Common.V1.Memo();
        foreach (var update in updates)
        {
            var payload = PayloadConverter.ToPayload(update.UntypedValue);
            changed.Fields[update.UntypedKey] = payload;
            if (update.HasValue)
            {
                memo[update.UntypedKey] = new RawValue(payload);
            }
            else
            {
                memo.Remove(update.UntypedKey);
            }
        }
        AddCommand(new ModifyMemo(changed));
    }

    public void UpsertTypedSearchAttributes(IReadOnlyCollection<SearchAttributeUpdate> updates)
    {
        RequireUnique(updates.Select(u => u.UntypedKey.Name), "search attribute");
        var changed = new SearchAttributes();
        foreach (var update in updates)
        {
            changed.IndexedFields[update.UntypedKey.Name] = update.ToUpsertPayload();
        }
        AddCommand(new UpsertSearchAttributes(changed));
        TypedSearchAttributes = TypedSearchAttributes.With(updates);
    }

    public async Task<bool> WaitConditionAsync(WaitConditionOptions wait)
    {
        RequireWritable("wait for a condition");
        var token = wait.CancellationToken ?? CancellationToken;
        if (wait.Timeout is not { } timeout || timeout == Timeout.InfiniteTimeSpan)
        {
            await ConditionAsync(wait.ConditionCheck, token);
            return true;
        }
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token);
        var condition = ConditionAsync(wait.ConditionCheck, either.Token);
        var timer = Outbound.DelayAsync(new(timeout, either.Token, wait.TimeoutSummary));
        var first = await Task.WhenAny(condition, timer);
        // Not CancelAsync: it runs the registrations on the thread pool.
        CancelNow(either);
        await first;
        return first == condition;
    }

    internal void AddCommand(WorkflowCommand command)
    {
        RequireWritable("issue commands");
        commands.Add(command);
    }

    internal void RequireWritable(string what)
    {
        if (IsReadOnly)
        {
            throw new InvalidWorkflowOperationException(
                $"Cannot {what} in a query, an update validator or a condition");
        }
    }

    /// <summary>Starts code of this run as a task of its scheduler.</summary>
    internal void Start(Func<Task> code) => _ = Task.Factory.StartNew(
        code, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Runs code of a handler or of the main method and decides what its exception means.</summary>
    internal async Task RunTopLevelAsync(Func<Task> code)
    {
        try
        {
            await code();
        }
        catch (ContinueAsNewException e)
        {
            Finish(new ContinueAsNew(ContinueAsNewAttributes.Make(e.Input, this)));
        }
        catch (Exception e) when (CancellationToken.IsCancellationRequested && TemporalException.IsCanceledException(e))
        {
            Finish(new CancelWorkflowExecution());
        }
        catch (Exception e) when (failureRules.FailsWorkflow(e))
        {
            Finish(new FailWorkflow(FailureConverter.ToFailure(e, PayloadConverter)));
        }
        catch (Exception e)
        {
            // Anything else may be a bug that a code fix cures: the task fails and is retried.
            FailTask(e);
        }
    }

    internal bool FailsWorkflow(Exception e) => failureRules.FailsWorkflow(e);

    internal void FailTask(Exception e) => taskFailure ??= e;

    internal void RunReadOnly(Action code)
    {
        var before = IsReadOnly;
        IsReadOnly = true;
        try
        {
            if (Current == this)
            {
                code();
            }
            else
            {
                RunInline(code);
            }
        }
        finally
        {
            IsReadOnly = before;
        }
    }

    protected override IEnumerable<Task> GetScheduledTasks() => queue.ToArray();

    protected override void QueueTask(Task task)
    {
        if (Environment.CurrentManagedThreadId == thread)
        {
            queue.Enqueue(task);
            return;
        }
        if (foreignTask is null)
        {
            foreignTask = new(
                "Workflow code continued on a thread of its own. Task.Run, Task.Delay, ConfigureAwait(false) and " +
                "other framework timers or threads cannot be used in workflows; use the members of Workflow.");
            options.LoggerFactory.CreateLogger("Temporalio.Worker").LogError(
                foreignTask, "Workflow {WorkflowId} run {RunId} left its scheduler and cannot go on",
                Info.WorkflowId, Info.RunId);
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        task == inlineTask && TryExecuteTask(task);

    private void ApplyAndRun(IReadOnlyList<ActivationJob> jobs)
    {
        var initializes = false;
        foreach (var job in jobs)
        {
            initializes |= job is InitializeWorkflow;
            Apply(job);
        }
        if (initializes)
        {
            RunInline(Create);
        }
        do
        {
            while (taskFailure is null && queue.TryDequeue(out var task))
            {
                TryExecuteTask(task);
            }
        }
        while (taskFailure is null && ResolveCondition());
        if (IsFinished && !IsReplaying && taskFailure is null)
        {
            handlers.WarnUnfinished();
        }
    }

    private void Apply(ActivationJob job)
    {
        switch (job)
        {
            case InitializeWorkflow:
                break;
            case NotifyHasPatch patch:
                notifiedPatches.Add(patch.PatchId);
                break;
            case UpdateRandomSeed seed:
                random.Reseed(seed.SeedId);
                break;
            case SignalWorkflow signal:
                handlers.Signal(signal);
                break;
            case DoUpdate update:
                handlers.Update(update);
                break;
            case CancelWorkflow:
                RunInline(cancellation.Cancel);
                break;
            default:
                Pending.Apply(job);
                break;
        }
    }

    private void Create()
    {
        var args = Definition.Dynamic
            ? PayloadArgs.ForDynamic(null, input?.Payloads_)
            : PayloadArgs.ForMethod(PayloadConverter, input?.Payloads_, Definition.RunMethod);
        input = null;
        instance = Definition.CreateWorkflowInstance(args);
        Start(() => RunTopLevelAsync(async () =>
        {
            var result = await inbound.ExecuteWorkflowAsync(new(instance, Definition.RunMethod, args));
            var isVoid = TaskResults.ResultType(Definition.RunMethod.ReturnType) == typeof(void);
            Finish(new CompleteWorkflow(isVoid ? null : PayloadConverter.ToPayload(result)));
        }));
    }

    private void Finish(WorkflowCommand terminal)
    {
        IsFinished = true;
        AddCommand(terminal);
    }

    private bool ResolveCondition()
    {
        if (conditions.Count == 0)
        {
            return false;
        }
        var resolved = false;
        RunReadOnly(() =>
        {
            for (var i = 0; i < conditions.Count && !resolved; i++)
            {
                var (check, source) = conditions[i];
                Exception? error = null;
                try
                {
                    resolved = check();
                }
                catch (Exception e)
                {
                    // The waiter is the right place for what its own condition threw.
                    error = e;
                    resolved = true;
                }
                if (resolved)
                {
                    conditions.RemoveAt(i);
                    _ = error is null ? source.TrySetResult() : source.TrySetException(error);
                }
            }
        });
        return resolved;
    }

    private Task ConditionAsync(Func<bool> check, CancellationToken token)
    {
        if (token.IsCancellationRequested)
        {
            return Task.FromCanceled(token);
        }
        var source = new TaskCompletionSource();
        conditions.Add((check, source));
        return token.CanBeCanceled ? WithCancellationAsync(source, token) : source.Task;
    }

    private async Task WithCancellationAsync(TaskCompletionSource source, CancellationToken token)
    {
        using var registration = token.Register(() =>
        {
            conditions.RemoveAll(c => c.Source == source);
            source.TrySetCanceled(token);
        });
        await source.Task;
    }

    private static void CancelNow(CancellationTokenSource source) => source.Cancel();

    private void RunInline(Action code)
    {
        var task = new Task(code);
        inlineTask = task;
        task.RunSynchronously(this);
        inlineTask = null;
        task.GetAwaiter().GetResult();
    }

    private static void RequireUnique(IEnumerable<string> keys, string what)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            if (!seen.Add(key))
            {
                throw new ArgumentException($"More than one update of {what} {key}");
            }
        }
        if (seen.Count == 0)
        {
            throw new ArgumentException($"At least one {what} update is needed");
        }
    }
}
