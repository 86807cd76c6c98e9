using Grpc.Health.V1;
using Runbooks.Engine.Rpc;

namespace Runbooks.Engine.Grpc;

/// <summary>grpc.health.v1: serving while the engine owns its database, not serving once it lost it.</summary>
public sealed class HealthModule(Func<bool> serving) : IRpcModule
{
    private static readonly string[] Known =
        ["", "temporal.api.workflowservice.v1.WorkflowService", "temporal.api.operatorservice.v1.OperatorService"];

    public void Register(RpcTable table) =>
        table.Add<HealthCheckRequest, HealthCheckResponse>("/grpc.health.v1.Health/Check", (request, _) =>
            Known.Contains(request.Service)
                ? Task.FromResult(new HealthCheckResponse
                {
                    Status = serving()
                        ? HealthCheckResponse.Types.ServingStatus.Serving
                        : HealthCheckResponse.Types.ServingStatus.NotServing,
                })
                : throw new RpcFault(RpcStatus.NotFound, $"unknown service {request.Service}"));
}
