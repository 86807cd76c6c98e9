using Temporalio.Api.Common.V1;
using Temporalio.Api.Sdk.V1;

namespace Runbooks.Temporal.Worker.Language;

/// <summary>Queries every workflow answers, for the tools that ask them.</summary>
internal static class BuiltInQueries
{
    internal static Payload? TryAnswer(WorkflowInstance run, string name) => name switch
    {
        "__temporal_workflow_metadata" => run.PayloadConverter.ToPayload(Metadata(run)),
        "__stack_trace" => run.PayloadConverter.ToPayload(
            $"Open operations: {run.Pending.Timers.Count} timers, {run.Pending.Activities.Count} activities, " +
            $"{run.Pending.Children.Count} children"),
        _ => null,
    };

    private static WorkflowMetadata Metadata(WorkflowInstance run)
    {
        var definition = new Temporalio.Api.Sdk.V1.WorkflowDefinition { Type = run.Info.WorkflowType };
        definition.SignalDefinitions.AddRange(run.Signals.Keys.Order(StringComparer.Ordinal).Select(Named));
        definition.QueryDefinitions.AddRange(run.Queries.Keys.Order(StringComparer.Ordinal).Select(Named));
        definition.UpdateDefinitions.AddRange(run.Updates.Keys.Order(StringComparer.Ordinal).Select(Named));
        return new() { Definition = definition, CurrentDetails = run.CurrentDetails };
    }

    private static WorkflowInteractionDefinition Named(string name) => new() { Name = name };
}
