using Grpc.Health.V1;

namespace Runbooks.Temporal.Client;

/// <summary>The standard gRPC health service.</summary>
internal sealed class HealthService : RpcService
{
    public const string ServiceName = "grpc.health.v1.Health";

    internal HealthService(TemporalConnection connection)
        : base(connection)
    {
    }

    public override string FullName => ServiceName;

    public Task<HealthCheckResponse> CheckAsync(HealthCheckRequest request, RpcOptions? options = null) =>
        CallAsync("Check", request, HealthCheckResponse.Parser, options);
}
