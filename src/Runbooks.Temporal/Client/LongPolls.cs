using Google.Protobuf;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Temporal.Client;

/// <summary>Calls whose purpose is to wait: longer deadline, retried without limit.</summary>
internal static class LongPolls
{
    private static readonly HashSet<string> Always =
    [
        "PollWorkflowTaskQueue",
        "PollActivityTaskQueue",
        "PollNexusTaskQueue",
        "PollWorkflowExecutionUpdate",
    ];

    public static bool Contains(string rpc, IMessage request) =>
        Always.Contains(rpc) || request is GetWorkflowExecutionHistoryRequest { WaitNewEvent: true };
}
