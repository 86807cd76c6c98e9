using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using Microsoft.Extensions.Logging;
using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Worker.Interceptors;

namespace Runbooks.Temporal.Workflows;

/// <summary>
/// Everything a workflow may do besides computing. Every member works only inside a workflow and throws
/// <see cref="InvalidOperationException"/> elsewhere; members that issue commands throw in queries, validators
/// and conditions as well. Times, random numbers and ids are the same on replay.
/// </summary>
public static class Workflow
{
    /// <summary>True when no signal or update handler is still running.</summary>
    public static bool AllHandlersFinished => Context.AllHandlersFinished;

    /// <summary>Cancelled when cancellation of this run is requested; default of every token.</summary>
    public static CancellationToken CancellationToken => Context.CancellationToken;

    /// <summary>True when the server advises continue-as-new because the history is long.</summary>
    public static bool ContinueAsNewSuggested => Context.ContinueAsNewSuggested;

    /// <summary>Text about the current state for operators; may change at any time.</summary>
    public static string CurrentDetails
    {
        get => Context.CurrentDetails;
        set => Context.CurrentDetails = value;
    }

    /// <summary>Events in the history up to the current task.</summary>
    public static int CurrentHistoryLength => Context.CurrentHistoryLength;

    /// <summary>Bytes in the history up to the current task.</summary>
    public static int CurrentHistorySize => Context.CurrentHistorySize;

    /// <summary>The update whose handler or validator runs; null elsewhere.</summary>
    public static WorkflowUpdateInfo? CurrentUpdateInfo => Context.CurrentUpdateInfo;

    /// <summary>Handler of unknown queries; may be replaced.</summary>
    public static WorkflowQueryDefinition? DynamicQuery
    {
        get => Context.DynamicQuery;
        set => Context.DynamicQuery = value;
    }

    /// <summary>Handler of unknown signals; setting it delivers the buffered ones.</summary>
    public static WorkflowSignalDefinition? DynamicSignal
    {
        get => Context.DynamicSignal;
        set => Context.DynamicSignal = value;
    }

    /// <summary>Handler of unknown updates; may be replaced.</summary>
    public static WorkflowUpdateDefinition? DynamicUpdate
    {
        get => Context.DynamicUpdate;
        set => Context.DynamicUpdate = value;
    }

    /// <summary>Facts about this run.</summary>
    public static WorkflowInfo Info => Context.Info;

    /// <summary>The workflow object.</summary>
    public static object Instance => Context.Instance;

    /// <summary>True inside workflow code.</summary>
    public static bool InWorkflow => TaskScheduler.Current is IWorkflowContext;

    /// <summary>Logger that is silent on replay and carries the run's ids.</summary>
    public static ILogger Logger => Context.Logger;

    /// <summary>Current memo.</summary>
    public static IReadOnlyDictionary<string, IRawValue> Memo => Context.Memo;

    /// <summary>The payload converter of this worker, without its codec.</summary>
    public static IPayloadConverter PayloadConverter => Context.PayloadConverter;

    /// <summary>Query handlers by name; may be changed.</summary>
    public static IDictionary<string, WorkflowQueryDefinition> Queries => Context.Queries;

    /// <summary>Deterministic random numbers.</summary>
    public static Random Random => Context.Random;

    /// <summary>Signal handlers by name; adding one delivers the signals buffered for it.</summary>
    public static IDictionary<string, WorkflowSignalDefinition> Signals => Context.Signals;

    /// <summary>Current search attributes.</summary>
    public static SearchAttributeCollection TypedSearchAttributes => Context.TypedSearchAttributes;

    /// <summary>Update handlers by name; may be changed.</summary>
    public static IDictionary<string, WorkflowUpdateDefinition> Updates => Context.Updates;

    /// <summary>Time of the current task; constant within it.</summary>
    public static DateTime UtcNow => Context.UtcNow;

    internal static IWorkflowContext Context => TaskScheduler.Current as IWorkflowContext
        ?? throw new InvalidOperationException("Not in workflow");

    /// <summary>Prepares the next run of this chain by a call of its run method.</summary>
    /// <typeparam name="TWorkflow">Workflow type.</typeparam>
    /// <param name="workflowRunCall">Call of the run method.</param>
    /// <param name="options">Changes.</param>
    /// <returns>The exception to throw out of the run method.</returns>
    public static ContinueAsNewException CreateContinueAsNewException<TWorkflow>(
        Expression<Func<TWorkflow, Task>> workflowRunCall, ContinueAsNewOptions? options = null)
    {
        var (method, args) = ExpressionUtil.ExtractCall(workflowRunCall);
        return CreateContinueAsNewException(WorkflowDefinition.NameFromRunMethod(method), args, options);
    }

    /// <summary>Prepares the next run of this chain by a call of its run method.</summary>
    /// <typeparam name="TWorkflow">Workflow type.</typeparam>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="workflowRunCall">Call of the run method.</param>
    /// <param name="options">Changes.</param>
    /// <returns>The exception to throw out of the run method.</returns>
    public static ContinueAsNewException CreateContinueAsNewException<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall, ContinueAsNewOptions? options = null)
    {
        var (method, args) = ExpressionUtil.ExtractCall(workflowRunCall);
        return CreateContinueAsNewException(WorkflowDefinition.NameFromRunMethod(method), args, options);
    }

    /// <summary>Prepares the next run of this chain by name.</summary>
    /// <param name="workflow">Workflow type.</param>
    /// <param name="args">Arguments.</param>
    /// <param name="options">Changes.</param>
    /// <returns>The exception to throw out of the run method.</returns>
    public static ContinueAsNewException CreateContinueAsNewException(
        string workflow, IReadOnlyCollection<object?> args, ContinueAsNewOptions? options = null) =>
        Context.Outbound.CreateContinueAsNewException(new(workflow, args, options, null));

    /// <summary>Waits for a durable timer.</summary>
    /// <param name="delay">Time to wait; zero fires at once.</param>
    /// <param name="cancellationToken">Default: null, the workflow's own token.</param>
    /// <returns>When it fires; cancelled by the token.</returns>
    public static Task DelayAsync(TimeSpan delay, CancellationToken? cancellationToken = null) =>
        Context.Outbound.DelayAsync(new(delay, cancellationToken));

    /// <summary>Waits for a durable timer.</summary>
    /// <param name="millisecondsDelay">Milliseconds to wait.</param>
    /// <param name="cancellationToken">Default: null, the workflow's own token.</param>
    /// <returns>When it fires; cancelled by the token.</returns>
    public static Task DelayAsync(int millisecondsDelay, CancellationToken? cancellationToken = null) =>
        DelayAsync(TimeSpan.FromMilliseconds(millisecondsDelay), cancellationToken);

    /// <summary>Waits for a durable timer with a label.</summary>
    /// <param name="options">Timer.</param>
    /// <returns>When it fires; cancelled by the token.</returns>
    public static Task DelayWithOptionsAsync(DelayOptions options) =>
        Context.Outbound.DelayAsync(new(options.Delay, options.CancellationToken, options.Summary));

    /// <summary>Marks a patch as no longer needed: old code without it can no longer be replayed.</summary>
    /// <param name="patchId">Patch id.</param>
    public static void DeprecatePatch(string patchId) => Context.Patch(patchId, true);

    /// <summary>True when this run executes, or once executed, the code of a patch.</summary>
    /// <param name="patchId">Patch id.</param>
    /// <returns>Constant for a run.</returns>
    public static bool Patched(string patchId) => Context.Patch(patchId, false);

    /// <summary>Runs an activity given as a call.</summary>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="activityCall">Call of the activity; its arguments are evaluated now.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>The result. Throws ActivityFailureException.</returns>
    public static Task<TResult> ExecuteActivityAsync<TResult>(
        Expression<Func<TResult>> activityCall, ActivityOptions options) =>
        ByCall<TResult>(activityCall, options);

    /// <summary>Runs an activity given as a call.</summary>
    /// <param name="activityCall">Call of the activity; its arguments are evaluated now.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>When it has ended. Throws ActivityFailureException.</returns>
    public static Task ExecuteActivityAsync(Expression<Action> activityCall, ActivityOptions options) =>
        ByCall<ValueTuple>(activityCall, options);

    /// <summary>Runs an activity given as a call.</summary>
    /// <typeparam name="TActivityInstance">Class or interface of the activity.</typeparam>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="activityCall">Call of the activity; its arguments are evaluated now.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>The result. Throws ActivityFailureException.</returns>
    public static Task<TResult> ExecuteActivityAsync<TActivityInstance, TResult>(
        Expression<Func<TActivityInstance, TResult>> activityCall, ActivityOptions options) =>
        ByCall<TResult>(activityCall, options);

    /// <summary>Runs an activity given as a call.</summary>
    /// <typeparam name="TActivityInstance">Class or interface of the activity.</typeparam>
    /// <param name="activityCall">Call of the activity; its arguments are evaluated now.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>When it has ended. Throws ActivityFailureException.</returns>
    public static Task ExecuteActivityAsync<TActivityInstance>(
        Expression<Action<TActivityInstance>> activityCall, ActivityOptions options) =>
        ByCall<ValueTuple>(activityCall, options);

    /// <summary>Runs an activity given as a call.</summary>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="activityCall">Call of the activity; its arguments are evaluated now.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>The result. Throws ActivityFailureException.</returns>
    public static Task<TResult> ExecuteActivityAsync<TResult>(
        Expression<Func<Task<TResult>>> activityCall, ActivityOptions options) =>
        ByCall<TResult>(activityCall, options);

    /// <summary>Runs an activity given as a call.</summary>
    /// <param name="activityCall">Call of the activity; its arguments are evaluated now.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>When it has ended. Throws ActivityFailureException.</returns>
    public static Task ExecuteActivityAsync(Expression<Func<Task>> activityCall, ActivityOptions options) =>
        ByCall<ValueTuple>(activityCall, options);

    /// <summary>Runs an activity given as a call.</summary>
    /// <typeparam name="TActivityInstance">Class or interface of the activity.</typeparam>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="activityCall">Call of the activity; its arguments are evaluated now.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>The result. Throws ActivityFailureException.</returns>
    public static Task<TResult> ExecuteActivityAsync<TActivityInstance, TResult>(
        Expression<Func<TActivityInstance, Task<TResult>>> activityCall, ActivityOptions options) =>
        ByCall<TResult>(activityCall, options);

    /// <summary>Runs an activity given as a call.</summary>
    /// <typeparam name="TActivityInstance">Class or interface of the activity.</typeparam>
    /// <param name="activityCall">Call of the activity; its arguments are evaluated now.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>When it has ended. Throws ActivityFailureException.</returns>
    public static Task ExecuteActivityAsync<TActivityInstance>(
        Expression<Func<TActivityInstance, Task>> activityCall, ActivityOptions options) =>
        ByCall<ValueTuple>(activityCall, options);

    /// <summary>Runs an activity by name.</summary>
    /// <param name="activity">Activity type.</param>
    /// <param name="args">Arguments.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>When it has ended. Throws ActivityFailureException.</returns>
    public static Task ExecuteActivityAsync(
        string activity, IReadOnlyCollection<object?> args, ActivityOptions options) =>
        ExecuteActivityAsync<ValueTuple>(activity, args, options);

    /// <summary>Runs an activity by name.</summary>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="activity">Activity type.</param>
    /// <param name="args">Arguments.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>The result. Throws ActivityFailureException.</returns>
    public static Task<TResult> ExecuteActivityAsync<TResult>(
        string activity, IReadOnlyCollection<object?> args, ActivityOptions options) =>
        Context.Outbound.ScheduleActivityAsync<TResult>(new(activity, args, options, null));

    /// <summary>Runs a local activity given as a call.</summary>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="activityCall">Call of the activity; its arguments are evaluated now.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>The result. Throws ActivityFailureException.</returns>
    public static Task<TResult> ExecuteLocalActivityAsync<TResult>(
        Expression<Func<TResult>> activityCall, LocalActivityOptions options) =>
        LocalByCall<TResult>(activityCall, options);

    /// <summary>Runs a local activity given as a call.</summary>
    /// <param name="activityCall">Call of the activity; its arguments are evaluated now.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>When it has ended. Throws ActivityFailureException.</returns>
    public static Task ExecuteLocalActivityAsync(Expression<Action> activityCall, LocalActivityOptions options) =>
        LocalByCall<ValueTuple>(activityCall, options);

    /// <summary>Runs a local activity given as a call.</summary>
    /// <typeparam name="TActivityInstance">Class or interface of the activity.</typeparam>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="activityCall">Call of the activity; its arguments are evaluated now.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>The result. Throws ActivityFailureException.</returns>
    public static Task<TResult> ExecuteLocalActivityAsync<TActivityInstance, TResult>(
        Expression<Func<TActivityInstance, TResult>> activityCall, LocalActivityOptions options) =>
        LocalByCall<TResult>(activityCall, options);

    /// <summary>Runs a local activity given as a call.</summary>
    /// <typeparam name="TActivityInstance">Class or interface of the activity.</typeparam>
    /// <param name="activityCall">Call of the activity; its arguments are evaluated now.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>When it has ended. Throws ActivityFailureException.</returns>
    public static Task ExecuteLocalActivityAsync<TActivityInstance>(
        Expression<Action<TActivityInstance>> activityCall, LocalActivityOptions options) =>
        LocalByCall<ValueTuple>(activityCall, options);

    /// <summary>Runs a local activity given as a call.</summary>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="activityCall">Call of the activity; its arguments are evaluated now.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>The result. Throws ActivityFailureException.</returns>
    public static Task<TResult> ExecuteLocalActivityAsync<TResult>(
        Expression<Func<Task<TResult>>> activityCall, LocalActivityOptions options) =>
        LocalByCall<TResult>(activityCall, options);

    /// <summary>Runs a local activity given as a call.</summary>
    /// <param name="activityCall">Call of the activity; its arguments are evaluated now.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>When it has ended. Throws ActivityFailureException.</returns>
    public static Task ExecuteLocalActivityAsync(Expression<Func<Task>> activityCall, LocalActivityOptions options) =>
        LocalByCall<ValueTuple>(activityCall, options);

    /// <summary>Runs a local activity given as a call.</summary>
    /// <typeparam name="TActivityInstance">Class or interface of the activity.</typeparam>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="activityCall">Call of the activity; its arguments are evaluated now.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>The result. Throws ActivityFailureException.</returns>
    public static Task<TResult> ExecuteLocalActivityAsync<TActivityInstance, TResult>(
        Expression<Func<TActivityInstance, Task<TResult>>> activityCall, LocalActivityOptions options) =>
        LocalByCall<TResult>(activityCall, options);

    /// <summary>Runs a local activity given as a call.</summary>
    /// <typeparam name="TActivityInstance">Class or interface of the activity.</typeparam>
    /// <param name="activityCall">Call of the activity; its arguments are evaluated now.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>When it has ended. Throws ActivityFailureException.</returns>
    public static Task ExecuteLocalActivityAsync<TActivityInstance>(
        Expression<Func<TActivityInstance, Task>> activityCall, LocalActivityOptions options) =>
        LocalByCall<ValueTuple>(activityCall, options);

    /// <summary>Runs a local activity by name.</summary>
    /// <param name="activity">Activity type.</param>
    /// <param name="args">Arguments.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>When it has ended. Throws ActivityFailureException.</returns>
    public static Task ExecuteLocalActivityAsync(
        string activity, IReadOnlyCollection<object?> args, LocalActivityOptions options) =>
        ExecuteLocalActivityAsync<ValueTuple>(activity, args, options);

    /// <summary>Runs a local activity by name.</summary>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="activity">Activity type.</param>
    /// <param name="args">Arguments.</param>
    /// <param name="options">Options; a timeout is required.</param>
    /// <returns>The result. Throws ActivityFailureException.</returns>
    public static Task<TResult> ExecuteLocalActivityAsync<TResult>(
        string activity, IReadOnlyCollection<object?> args, LocalActivityOptions options) =>
        Context.Outbound.ScheduleLocalActivityAsync<TResult>(new(activity, args, options, null));

    /// <summary>Starts a child and waits for it.</summary>
    /// <typeparam name="TWorkflow">Workflow type.</typeparam>
    /// <param name="workflowRunCall">Call of the child's run method.</param>
    /// <param name="options">Options.</param>
    /// <returns>When it has ended. Throws ChildWorkflowFailureException.</returns>
    public static async Task ExecuteChildWorkflowAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> workflowRunCall, ChildWorkflowOptions? options = null)
    {
        var handle = await StartChildWorkflowAsync(workflowRunCall, options);
        await handle.GetResultAsync();
    }

    /// <summary>Starts a child and waits for it.</summary>
    /// <typeparam name="TWorkflow">Workflow type.</typeparam>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="workflowRunCall">Call of the child's run method.</param>
    /// <param name="options">Options.</param>
    /// <returns>The result. Throws ChildWorkflowFailureException.</returns>
    public static async Task<TResult> ExecuteChildWorkflowAsync<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall, ChildWorkflowOptions? options = null)
    {
        var handle = await StartChildWorkflowAsync(workflowRunCall, options);
        return await handle.GetResultAsync();
    }

    /// <summary>Starts a child by name and waits for it.</summary>
    /// <param name="workflow">Workflow type.</param>
    /// <param name="args">Arguments.</param>
    /// <param name="options">Options.</param>
    /// <returns>When it has ended. Throws ChildWorkflowFailureException.</returns>
    public static async Task ExecuteChildWorkflowAsync(
        string workflow, IReadOnlyCollection<object?> args, ChildWorkflowOptions? options = null)
    {
        var handle = await StartChildWorkflowAsync(workflow, args, options);
        await handle.GetResultAsync();
    }

    /// <summary>Starts a child by name and waits for it.</summary>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="workflow">Workflow type.</param>
    /// <param name="args">Arguments.</param>
    /// <param name="options">Options.</param>
    /// <returns>The result. Throws ChildWorkflowFailureException.</returns>
    public static async Task<TResult> ExecuteChildWorkflowAsync<TResult>(
        string workflow, IReadOnlyCollection<object?> args, ChildWorkflowOptions? options = null)
    {
        var handle = await StartChildWorkflowAsync(workflow, args, options);
        return await handle.GetResultAsync<TResult>();
    }

    /// <summary>Starts a child.</summary>
    /// <typeparam name="TWorkflow">Workflow type.</typeparam>
    /// <param name="workflowRunCall">Call of the child's run method.</param>
    /// <param name="options">Options.</param>
    /// <returns>When it has started. Throws WorkflowAlreadyStartedException.</returns>
    public static async Task<ChildWorkflowHandle<TWorkflow>> StartChildWorkflowAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> workflowRunCall, ChildWorkflowOptions? options = null)
    {
        var (method, args) = ExpressionUtil.ExtractCall(workflowRunCall);
        return await Context.Outbound.StartChildWorkflowAsync<TWorkflow, ValueTuple>(
            new(WorkflowDefinition.NameFromRunMethod(method), args, options ?? new(), null));
    }

    /// <summary>Starts a child.</summary>
    /// <typeparam name="TWorkflow">Workflow type.</typeparam>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="workflowRunCall">Call of the child's run method.</param>
    /// <param name="options">Options.</param>
    /// <returns>When it has started. Throws WorkflowAlreadyStartedException.</returns>
    public static async Task<ChildWorkflowHandle<TWorkflow, TResult>> StartChildWorkflowAsync<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall, ChildWorkflowOptions? options = null)
    {
        var (method, args) = ExpressionUtil.ExtractCall(workflowRunCall);
        return await Context.Outbound.StartChildWorkflowAsync<TWorkflow, TResult>(
            new(WorkflowDefinition.NameFromRunMethod(method), args, options ?? new(), null));
    }

    /// <summary>Starts a child by name.</summary>
    /// <param name="workflow">Workflow type.</param>
    /// <param name="args">Arguments.</param>
    /// <param name="options">Options.</param>
    /// <returns>When it has started. Throws WorkflowAlreadyStartedException.</returns>
    public static async Task<ChildWorkflowHandle> StartChildWorkflowAsync(
        string workflow, IReadOnlyCollection<object?> args, ChildWorkflowOptions? options = null) =>
        await Context.Outbound.StartChildWorkflowAsync<ValueTuple, ValueTuple>(
            new(workflow, args, options ?? new(), null));

    /// <summary>Refers to another workflow of this namespace.</summary>
    /// <param name="id">Workflow id.</param>
    /// <param name="runId">Run id; null means the current run.</param>
    /// <returns>A handle; nothing is checked.</returns>
    public static ExternalWorkflowHandle GetExternalWorkflowHandle(string id, string? runId = null) =>
        Context.GetExternalWorkflowHandle<ValueTuple>(id, runId);

    /// <summary>Refers to another workflow of this namespace.</summary>
    /// <typeparam name="TWorkflow">Workflow type.</typeparam>
    /// <param name="id">Workflow id.</param>
    /// <param name="runId">Run id; null means the current run.</param>
    /// <returns>A handle; nothing is checked.</returns>
    public static ExternalWorkflowHandle<TWorkflow> GetExternalWorkflowHandle<TWorkflow>(
        string id, string? runId = null) => Context.GetExternalWorkflowHandle<TWorkflow>(id, runId);

    /// <summary>A GUID from <see cref="Random"/>.</summary>
    /// <returns>Version 4.</returns>
    public static Guid NewGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        Context.Random.NextBytes(bytes);
        bytes[7] = (byte)((bytes[7] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes);
    }

    /// <summary>Runs a function as a task of this workflow, as <c>Task.Run</c> must not.</summary>
    /// <param name="function">Function.</param>
    /// <param name="cancellationToken">Token that keeps it from starting.</param>
    /// <returns>When it has ended.</returns>
    public static Task RunTaskAsync(Func<Task> function, CancellationToken? cancellationToken = null) =>
        Task.Factory.StartNew(
            function, cancellationToken ?? CancellationToken, TaskCreationOptions.None, TaskScheduler.Current).Unwrap();

    /// <summary>Runs a function as a task of this workflow, as <c>Task.Run</c> must not.</summary>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="function">Function.</param>
    /// <param name="cancellationToken">Token that keeps it from starting.</param>
    /// <returns>The result.</returns>
    public static Task<TResult> RunTaskAsync<TResult>(
        Func<Task<TResult>> function, CancellationToken? cancellationToken = null) =>
        Task.Factory.StartNew(
            function, cancellationToken ?? CancellationToken, TaskCreationOptions.None, TaskScheduler.Current).Unwrap();

    /// <summary>Sets and removes memo keys.</summary>
    /// <param name="updates">At least one change, each of another key.</param>
    public static void UpsertMemo(params MemoUpdate[] updates) => Context.UpsertMemo(updates);

    /// <summary>Sets and removes search attributes.</summary>
    /// <param name="updates">At least one change, each of another key.</param>
    public static void UpsertTypedSearchAttributes(params SearchAttributeUpdate[] updates) =>
        Context.UpsertTypedSearchAttributes(updates);

    /// <summary>Waits until a condition holds. It is checked after every step of the workflow.</summary>
    /// <param name="conditionCheck">Condition; cheap and without side effects.</param>
    /// <param name="cancellationToken">Default: null, the workflow's own token.</param>
    /// <returns>When it holds; cancelled by the token.</returns>
    public static Task WaitConditionAsync(Func<bool> conditionCheck, CancellationToken? cancellationToken = null) =>
        Context.WaitConditionAsync(new(conditionCheck, null, null, cancellationToken));

    /// <summary>Waits a limited time until a condition holds.</summary>
    /// <param name="conditionCheck">Condition; cheap and without side effects.</param>
    /// <param name="timeoutMilliseconds">Longest wait in milliseconds.</param>
    /// <param name="cancellationToken">Default: null, the workflow's own token.</param>
    /// <returns>False when the time ran out.</returns>
    public static Task<bool> WaitConditionAsync(
        Func<bool> conditionCheck, int timeoutMilliseconds, CancellationToken? cancellationToken = null) =>
        WaitConditionAsync(conditionCheck, TimeSpan.FromMilliseconds(timeoutMilliseconds), cancellationToken);

    /// <summary>Waits a limited time until a condition holds.</summary>
    /// <param name="conditionCheck">Condition; cheap and without side effects.</param>
    /// <param name="timeout">Longest wait.</param>
    /// <param name="cancellationToken">Default: null, the workflow's own token.</param>
    /// <returns>False when the time ran out.</returns>
    public static Task<bool> WaitConditionAsync(
        Func<bool> conditionCheck, TimeSpan timeout, CancellationToken? cancellationToken = null) =>
        Context.WaitConditionAsync(new(conditionCheck, timeout, null, cancellationToken));

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="options">Condition, timeout and its label.</param>
    /// <returns>False when the time ran out.</returns>
    public static Task<bool> WaitConditionWithOptionsAsync(WaitConditionOptions options) =>
        Context.WaitConditionAsync(options);

    /// <summary>Waits for the first of several tasks; deterministic.</summary>
    /// <param name="tasks">Tasks.</param>
    /// <returns>The first to end.</returns>
    public static Task<Task> WhenAnyAsync(params Task[] tasks) => Task.WhenAny(tasks);

    /// <summary>Waits for the first of several tasks; deterministic.</summary>
    /// <param name="tasks">Tasks.</param>
    /// <returns>The first to end.</returns>
    public static Task<Task> WhenAnyAsync(IEnumerable<Task> tasks) => Task.WhenAny(tasks);

    /// <summary>Waits for the first of several tasks; deterministic.</summary>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="tasks">Tasks.</param>
    /// <returns>The first to end.</returns>
    public static Task<Task<TResult>> WhenAnyAsync<TResult>(params Task<TResult>[] tasks) => Task.WhenAny(tasks);

    /// <summary>Waits for the first of several tasks; deterministic.</summary>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="tasks">Tasks.</param>
    /// <returns>The first to end.</returns>
    public static Task<Task<TResult>> WhenAnyAsync<TResult>(IEnumerable<Task<TResult>> tasks) => Task.WhenAny(tasks);

    /// <summary>Waits for all tasks; deterministic.</summary>
    /// <param name="tasks">Tasks.</param>
    /// <returns>When all have ended.</returns>
    public static Task WhenAllAsync(params Task[] tasks) => Task.WhenAll(tasks);

    /// <summary>Waits for all tasks; deterministic.</summary>
    /// <param name="tasks">Tasks.</param>
    /// <returns>When all have ended.</returns>
    public static Task WhenAllAsync(IEnumerable<Task> tasks) => Task.WhenAll(tasks);

    /// <summary>Waits for all tasks; deterministic.</summary>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="tasks">Tasks.</param>
    /// <returns>Results in order.</returns>
    public static Task<TResult[]> WhenAllAsync<TResult>(params Task<TResult>[] tasks) => Task.WhenAll(tasks);

    /// <summary>Waits for all tasks; deterministic.</summary>
    /// <typeparam name="TResult">Result type.</typeparam>
    /// <param name="tasks">Tasks.</param>
    /// <returns>Results in order.</returns>
    public static Task<TResult[]> WhenAllAsync<TResult>(IEnumerable<Task<TResult>> tasks) => Task.WhenAll(tasks);

    private static Task<TResult> ByCall<TResult>(LambdaExpression call, ActivityOptions options)
    {
        var (method, args) = ExpressionUtil.ExtractCall(call);
        return ExecuteActivityAsync<TResult>(ActivityDefinition.NameFromMethodForCall(method), args, options);
    }

    private static Task<TResult> LocalByCall<TResult>(LambdaExpression call, LocalActivityOptions options)
    {
        var (method, args) = ExpressionUtil.ExtractCall(call);
        return ExecuteLocalActivityAsync<TResult>(ActivityDefinition.NameFromMethodForCall(method), args, options);
    }

    /// <summary>Members that let code differ between replay and execution.</summary>
    [SuppressMessage("Design", "CA1034", Justification = "The official package nests this class.")]
    public static class Unsafe
    {
        /// <summary>True while history is replayed. Never let it decide what a workflow does.</summary>
        public static bool IsReplaying => Context.IsReplaying;

        /// <summary>As <see cref="IsReplaying"/>, but false in queries and validators.</summary>
        public static bool IsReplayingHistoryEvents => Context.IsReplayingHistoryEvents;
    }
}
