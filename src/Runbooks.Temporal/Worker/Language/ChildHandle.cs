using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Worker.Core;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Worker.Language;

/// <summary>Handle of a started child.</summary>
internal sealed class ChildHandle<TWorkflow, TResult>(
    WorkflowInstance run, string id, string firstRunId, Task<Outcome> outcome)
    : ChildWorkflowHandle<TWorkflow, TResult>
{
    public override string Id => id;

    public override string FirstExecutionRunId => firstRunId;

    public override async Task<TRequested> GetResultAsync<TRequested>() =>
        OutcomeReader.Read<TRequested>(run, await outcome);

    public override Task SignalAsync(
        string signal, IReadOnlyCollection<object?> args, ChildWorkflowSignalOptions? options = null) =>
        run.Outbound.SignalChildWorkflowAsync(new(id, signal, args, options, null));
}
