using Google.Protobuf;
using Runbooks.Domain.Agents;
using Runbooks.Domain.Ids;
using Runbooks.Engine.Grpc;
using Runbooks.Engine.Rpc;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.ControlPlane.Agents;

/// <summary>
/// What a site agent may do with the engine through the agent port: take the activities of its own site and answer them. Its certificate starts,
/// signals, reads and ends no workflow: whoever holds one site's key holds that site and nothing else.
/// </summary>
public static class EngineDoor
{
    private const string Service = "/temporal.api.workflowservice.v1.WorkflowService/";

    // Answers and heartbeats name their task by a token that only the poll of the right queue has given out.
    private static readonly HashSet<string> Allowed = new(StringComparer.Ordinal)
    {
        Service + "GetSystemInfo",
        Service + "DescribeNamespace",
        Service + "PollActivityTaskQueue",
        Service + "RecordActivityTaskHeartbeat",
        Service + "RespondActivityTaskCompleted",
        Service + "RespondActivityTaskFailed",
        Service + "RespondActivityTaskCanceled",
        Service + "ShutdownWorker",
        "/grpc.health.v1.Health/Check",
    };

    public static EngineEndpointOptions Options { get; } = new()
    {
        Principal = static context => AgentCaller.Of(context).Site.ToString(),
        Authorise = static (call, method, request) => Denial(call.Principal, method, request),
    };

    /// <summary>Null is yes.</summary>
    public static RpcFault? Denial(string? site, string method, IMessage request)
    {
        if (!SiteId.TryParse(site, out var own) || !Allowed.Contains(method))
        {
            return new RpcFault(RpcStatus.PermissionDenied, $"The agent of '{site}' may not call {method[(method.LastIndexOf('/') + 1)..]}.");
        }

        return request is PollActivityTaskQueueRequest poll && poll.TaskQueue?.Name != AgentIdentity.TaskQueueOf(own)
            ? new RpcFault(RpcStatus.PermissionDenied, $"The agent of '{site}' may poll {AgentIdentity.TaskQueueOf(own)} and no other queue.")
            : null;
    }
}
