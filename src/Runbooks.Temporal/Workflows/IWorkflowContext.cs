using Microsoft.Extensions.Logging;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Worker.Interceptors;

namespace Runbooks.Temporal.Workflows;

/// <summary>What the static <see cref="Workflow"/> asks of the run that executes.</summary>
internal interface IWorkflowContext
{
    bool AllHandlersFinished { get; }

    CancellationToken CancellationToken { get; }

    bool ContinueAsNewSuggested { get; }

    string CurrentDetails { get; set; }

    int CurrentHistoryLength { get; }

    int CurrentHistorySize { get; }

    WorkflowUpdateInfo? CurrentUpdateInfo { get; }

    WorkflowInfo Info { get; }

    object Instance { get; }

    bool IsReplaying { get; }

    bool IsReplayingHistoryEvents { get; }

    ILogger Logger { get; }

    IReadOnlyDictionary<string, IRawValue> Memo { get; }

    IPayloadConverter PayloadConverter { get; }

    Random Random { get; }

    SearchAttributeCollection TypedSearchAttributes { get; }

    DateTime UtcNow { get; }

    IDictionary<string, WorkflowSignalDefinition> Signals { get; }

    IDictionary<string, WorkflowQueryDefinition> Queries { get; }

    IDictionary<string, WorkflowUpdateDefinition> Updates { get; }

    WorkflowSignalDefinition? DynamicSignal { get; set; }

    WorkflowQueryDefinition? DynamicQuery { get; set; }

    WorkflowUpdateDefinition? DynamicUpdate { get; set; }

    WorkflowOutboundInterceptor Outbound { get; }

    ExternalWorkflowHandle<TWorkflow> GetExternalWorkflowHandle<TWorkflow>(string id, string? runId);

    bool Patch(string patchId, bool deprecated);

    void UpsertMemo(IReadOnlyCollection<MemoUpdate> updates);

    void UpsertTypedSearchAttributes(IReadOnlyCollection<SearchAttributeUpdate> updates);

    Task<bool> WaitConditionAsync(WaitConditionOptions options);
}
