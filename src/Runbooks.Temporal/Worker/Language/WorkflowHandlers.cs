using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker.Core;
using Runbooks.Temporal.Worker.Interceptors;
using Runbooks.Temporal.Workflows;
using Temporalio.Api.Common.V1;

namespace Runbooks.Temporal.Worker.Language;

/// <summary>
/// Signals, queries and updates of one run: finding handlers, buffering, and what their exceptions mean.
/// </summary>
internal sealed class WorkflowHandlers
{
    internal static readonly AsyncLocal<WorkflowUpdateInfo?> CurrentUpdate = new();

    private readonly WorkflowInstance run;
    private readonly List<SignalWorkflow> buffered = [];
    private readonly LinkedList<(string Kind, string Name, string Id, HandlerUnfinishedPolicy Policy)> running = new();
    private WorkflowSignalDefinition? dynamicSignal;

    internal WorkflowHandlers(WorkflowInstance run)
    {
        this.run = run;
        Signals = new SignalTable(run.Definition.Signals, ReplayBuffered);
        Queries = new Dictionary<string, WorkflowQueryDefinition>(run.Definition.Queries, StringComparer.Ordinal);
        Updates = new Dictionary<string, WorkflowUpdateDefinition>(run.Definition.Updates, StringComparer.Ordinal);
        dynamicSignal = run.Definition.DynamicSignal;
        DynamicQuery = run.Definition.DynamicQuery;
        DynamicUpdate = run.Definition.DynamicUpdate;
    }

    internal IDictionary<string, WorkflowSignalDefinition> Signals { get; }

    internal IDictionary<string, WorkflowQueryDefinition> Queries { get; }

    internal IDictionary<string, WorkflowUpdateDefinition> Updates { get; }

    internal WorkflowQueryDefinition? DynamicQuery { get; set; }

    internal WorkflowUpdateDefinition? DynamicUpdate { get; set; }

    internal bool AllFinished => running.Count == 0;

    internal WorkflowSignalDefinition? DynamicSignal
    {
        get => dynamicSignal;
        set
        {
            dynamicSignal = value;
            if (value is not null)
            {
                ReplayBuffered(null);
            }
        }
    }

    internal void Signal(SignalWorkflow job)
    {
        var name = job.Signal.SignalName;
        if ((Signals.TryGetValue(name, out var definition) ? definition : DynamicSignal) is null)
        {
            buffered.Add(job);
            return;
        }
        run.Start(() => run.RunTopLevelAsync(() => HandleSignalAsync(job, name)));
    }

    internal void Update(DoUpdate job) => 
        run.Start(() => run.RunTopLevelAsync(() => HandleUpdateAsync(job)));

    internal QueryAnswer Answer(AnswerQuery job)
    {
        try
        {
            var name = job.Query.QueryType;
            if (BuiltInQueries.TryAnswer(run, name) is { } builtIn)
            {
                return new(job.Id, builtIn, null);
            }
            var definition = Queries.TryGetValue(name, out var known) ? known : DynamicQuery;
            if (definition is null)
            {
                throw new InvalidOperationException(
                    $"Query handler for {name} expected but not found, known queries: [{string.Join(' ', Queries.Keys)}]");
            }
            var args = Args(definition.Dynamic, name, job.Query.QueryArgs, definition.Method);
            var input = new HandleQueryInput(job.Id, name, definition, args, job.Query.Header?.Fields);
            return new(job.Id, run.PayloadConverter.ToPayload(run.Inbound.HandleQuery(input)), null);
        }
        catch (Exception e)
        {
            // A query's failure is its answer and never touches the run.
            return new(job.Id, null, run.FailureConverter.ToFailure(e, run.PayloadConverter));
        }
    }

    internal void WarnUnfinished()
    {
        foreach (var group in running.Where(r => r.Policy == HandlerUnfinishedPolicy.WarnAndAbandon)
            .GroupBy(r => r.Kind))
        {
            run.Logger.LogWarning(
                "[TMPRL1102] Workflow finished while {Kind} handlers are still running; clients may not get their " +
                "results. Wait for Workflow.AllHandlersFinished or set UnfinishedPolicy. Handlers: {Handlers}",
                group.Key, string.Join(", ", group.Select(r => r.Id.Length == 0 ? r.Name : $"{r.Name} ({r.Id})")));
        }
    }

    private async Task HandleSignalAsync(SignalWorkflow job, string name)
    {
        var definition = Signals.TryGetValue(name, out var known) ? known : DynamicSignal!;
        object?[] args;
        try
        {
            args = Args(definition.Dynamic, name, job.Signal.Input, definition.Method);
        }
        catch (Exception e)
        {
            // A sender's malformed argument must not block the run for good: the signal is dropped, loudly.
            run.Logger.LogError(e, "Signal {Signal} dropped: its arguments could not be converted", name);
            return;
        }
        var mark = running.AddLast(("signal", name, string.Empty, definition.UnfinishedPolicy));
        try
        {
            await run.Inbound.HandleSignalAsync(new(name, definition, args, job.Signal.Header?.Fields));
        }
        finally
        {
            running.Remove(mark);
        }
    }

    private async Task HandleUpdateAsync(DoUpdate job)
    {
        var name = job.Request.Input.Name;
        var id = job.Request.Meta.UpdateId;
        CurrentUpdate.Value = new(id, name);
        HandleUpdateInput input;
        try
        {
            var definition = (Updates.TryGetValue(name, out var known) ? known : DynamicUpdate)
                ?? throw new InvalidOperationException(
                    $"Update handler for {name} expected but not found, known updates: [{string.Join(' ', Updates.Keys)}]");
            var args = Args(definition.Dynamic, name, job.Request.Input.Args, definition.Method);
            input = new(id, name, definition, args, job.Request.Input.Header?.Fields);
            if (job.RunValidator)
            {
                run.RunReadOnly(() => run.Inbound.ValidateUpdate(input));
            }
        }
        catch (Exception e)
        {
            if (!job.RunValidator)
            {
                // It was accepted once; code that now refuses it must be mended.
                run.FailTask(e);
                return;
            }
            run.AddCommand(new RejectUpdate(
                job.ProtocolInstanceId, run.FailureConverter.ToFailure(e, run.PayloadConverter)));
            return;
        }
        run.AddCommand(new AcceptUpdate(job.ProtocolInstanceId));
        var mark = running.AddLast(("update", name, id, input.Definition.UnfinishedPolicy));
        try
        {
            await CompleteUpdateAsync(job, input);
        }
        finally
        {
            running.Remove(mark);
        }
    }

    private async Task CompleteUpdateAsync(DoUpdate job, HandleUpdateInput input)
    {
        try
        {
            var result = await run.Inbound.HandleUpdateAsync(input);
            var isVoid = TaskResults.ResultType(input.Definition.Method.ReturnType) == typeof(void);
            run.AddCommand(new CompleteUpdate(
                job.ProtocolInstanceId, isVoid ? null : run.PayloadConverter.ToPayload(result), null));
        }
        catch (Exception e) when (run.FailsWorkflow(e))
        {
            run.AddCommand(new CompleteUpdate(
                job.ProtocolInstanceId, null, run.FailureConverter.ToFailure(e, run.PayloadConverter)));
        }
        catch (Exception e)
        {
            run.FailTask(e);
        }
    }

    private object?[] Args(bool dynamic, string name, Payloads? payloads, System.Reflection.MethodInfo method) =>
        dynamic
        ? PayloadArgs.ForDynamic(name, payloads?.Payloads_)
        : PayloadArgs.ForMethod(run.PayloadConverter, payloads?.Payloads_, method);

    private void ReplayBuffered(string? name)
    {
        var now = buffered.Where(b => name is null || b.Signal.SignalName == name).ToArray();
        buffered.RemoveAll(b => now.Contains(b));
        foreach (var job in now)
        {
            Signal(job);
        }
    }
}
