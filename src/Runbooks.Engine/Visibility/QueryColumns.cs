using System.Collections.Frozen;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Engine.Visibility;

/// <summary>The columns behind the facts of a run that queries may name.</summary>
internal static class QueryColumns
{
    public static readonly FrozenDictionary<string, string> Facts = new Dictionary<string, string>
    {
        ["WorkflowId"] = "workflow_id",
        ["RunId"] = "run_id::text",
        ["WorkflowType"] = "workflow_type",
        ["ExecutionStatus"] = "status",
        ["TaskQueue"] = "task_queue",
        ["StartTime"] = "start_time",
        ["ExecutionTime"] = "execution_time",
        ["CloseTime"] = "close_time",
        ["ExecutionDuration"] = "(extract(epoch from close_time - execution_time) * 1000000000)::bigint",
        ["HistoryLength"] = "history_length",
        ["HistorySizeBytes"] = "history_size",
        ["StateTransitionCount"] = "state_transitions",
        ["ParentWorkflowId"] = "parent_workflow_id",
        ["ParentRunId"] = "parent_run_id::text",
        ["RootWorkflowId"] = "root_workflow_id",
        ["RootRunId"] = "root_run_id::text",
    }.ToFrozenDictionary();

    /// <summary>"Running", "running", 1 and WORKFLOW_EXECUTION_STATUS_RUNNING are one status.</summary>
    public static short Status(string text)
    {
        const string prefix = "WORKFLOW_EXECUTION_STATUS_";
        var name = text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
            ? text[prefix.Length..].Replace("_", "", StringComparison.Ordinal)
            : text;
        return Enum.TryParse<WorkflowExecutionStatus>(name, ignoreCase: true, out var status) && Enum.IsDefined(status)
            && status != WorkflowExecutionStatus.Unspecified
            ? (short)status
            : throw new QueryRefusedException($"invalid query: invalid ExecutionStatus value '{text}'");
    }
}
