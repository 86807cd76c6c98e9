using Runbooks.Engine.Rpc;
using Temporalio.Api.Version.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Engine.Namespaces;

/// <summary>What this server is and can do; every client asks once per connection.</summary>
public sealed class SystemModule(Guid clusterId) : IRpcModule
{
    public const string ClusterName = "active";

    /// <summary>
    /// The Temporal release whose behaviour is held, with the product's own version as build metadata.
    /// </summary>
    public static readonly string ServerVersion =
        $"1.32.0+runbooks.{typeof(SystemModule).Assembly.GetName().Version?.ToString(3)}";

    public void Register(RpcTable table)
    {
        const string service = RpcTable.WorkflowService;
        table.Add<GetSystemInfoRequest, GetSystemInfoResponse>(
            service + "GetSystemInfo", (_, _) => Task.FromResult(System()));
        table.Add<GetClusterInfoRequest, GetClusterInfoResponse>(
            service + "GetClusterInfo", (_, _) => Task.FromResult(Cluster()));
    }

    private static GetSystemInfoResponse System() => new()
    {
        ServerVersion = ServerVersion,
        Capabilities = new GetSystemInfoResponse.Types.Capabilities
        {
            SignalAndQueryHeader = true,
            InternalErrorDifferentiation = true,
            ActivityFailureIncludeHeartbeat = true,
            SupportsSchedules = true,
            EncodedFailureAttributes = true,
            UpsertMemo = true,
            SdkMetadata = true,
            CountGroupByExecutionStatus = true,
        },
    };

    private GetClusterInfoResponse Cluster() => new()
    {
        ServerVersion = ServerVersion,
        ClusterId = clusterId.ToString(),
        ClusterName = ClusterName,
        HistoryShardCount = 1,
        PersistenceStore = "postgres12",
        VisibilityStore = "postgres12",
        VersionInfo = new VersionInfo { Current = new ReleaseInfo { Version = ServerVersion } },
        InitialFailoverVersion = 1,
        FailoverVersionIncrement = 10,
        SupportedClients =
        {
            ["temporal-cli"] = "<2.0.0",
            ["temporal-go"] = "<2.0.0",
            ["temporal-java"] = "<2.0.0",
            ["temporal-dotnet"] = "<2.0.0",
            ["temporal-python"] = "<2.0.0",
            ["temporal-typescript"] = "<2.0.0",
            ["temporal-ui"] = "<3.0.0",
        },
    };
}
