using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.Rpc;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Namespace.V1;
using Temporalio.Api.Replication.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Engine.Namespaces;

/// <summary>
/// Answers the namespace methods. The capabilities here decide which features an official worker switches on.
/// </summary>
public sealed class NamespaceModule(NamespaceCatalog catalog, EngineOptions options) : IRpcModule
{
    private const int NameLengthMax = 255;
    private static readonly TimeSpan RetentionMin = TimeSpan.FromHours(1);

    public void Register(RpcTable table)
    {
        const string service = RpcTable.WorkflowService;
        table.Add<DescribeNamespaceRequest, DescribeNamespaceResponse>(
            service + "DescribeNamespace", (request, _) => Task.FromResult(Describe(request)));
        table.Add<ListNamespacesRequest, ListNamespacesResponse>(
            service + "ListNamespaces", (_, _) => Task.FromResult(List()));
        table.Add<RegisterNamespaceRequest, RegisterNamespaceResponse>(service + "RegisterNamespace", RegisterAsync);
        table.Add<UpdateNamespaceRequest, UpdateNamespaceResponse>(service + "UpdateNamespace", UpdateAsync);
    }

    private DescribeNamespaceResponse Describe(DescribeNamespaceRequest request) =>
        Describe(request.Id.Length > 0 ? catalog.RequireById(request.Id) : catalog.Require(request.Namespace));

    private DescribeNamespaceResponse Describe(NamespaceRecord record) => new()
    {
        NamespaceInfo = InfoOf(record),
        Config = ConfigOf(record),
        ReplicationConfig = OneCluster(),
    };

    private ListNamespacesResponse List()
    {
        var response = new ListNamespacesResponse();
        response.Namespaces.AddRange(catalog.All.Select(Describe));
        return response;
    }

    private async Task<RegisterNamespaceResponse> RegisterAsync(RegisterNamespaceRequest request, RpcCall call)
    {
        if (request.Namespace.Length is 0 or > NameLengthMax)
        {
            throw RpcFault.Invalid($"A namespace's name has 1 to {NameLengthMax} characters.");
        }
        if (request.WorkflowExecutionRetentionPeriod is not { } retention)
        {
            throw RpcFault.Invalid("WorkflowExecutionRetentionPeriod is not set on request.");
        }
        await catalog.RegisterAsync(new NamespaceRecord
        {
            Name = request.Namespace,
            Id = Guid.NewGuid(),
            Description = request.Description,
            OwnerEmail = request.OwnerEmail,
            Data = new Dictionary<string, string>(request.Data),
            Retention = Checked(retention),
        });
        return new RegisterNamespaceResponse();
    }

    private async Task<UpdateNamespaceResponse> UpdateAsync(UpdateNamespaceRequest request, RpcCall call)
    {
        var after = await catalog.UpdateAsync(request.Namespace, before => before with
        {
            Description = Given(request.UpdateInfo?.Description, before.Description),
            OwnerEmail = Given(request.UpdateInfo?.OwnerEmail, before.OwnerEmail),
            Data = request.UpdateInfo is { Data.Count: > 0 } info
                ? before.Data.Where(pair => !info.Data.ContainsKey(pair.Key)).Concat(info.Data).ToDictionary()
                : before.Data,
            Retention = request.Config?.WorkflowExecutionRetentionTtl is { } retention
                ? Checked(retention)
                : before.Retention,
        });
        return new UpdateNamespaceResponse
        {
            NamespaceInfo = InfoOf(after),
            Config = ConfigOf(after),
            ReplicationConfig = OneCluster(),
        };
    }

    private static string Given(string? value, string before) => string.IsNullOrEmpty(value) ? before : value;

    private static TimeSpan Checked(Duration retention) => retention.ToTimeSpan() >= RetentionMin
        ? retention.ToTimeSpan()
        : throw RpcFault.Invalid("A valid retention period is not set on request: one hour is the least.");

    private NamespaceInfo InfoOf(NamespaceRecord record)
    {
        var info = new NamespaceInfo
        {
            Name = record.Name,
            Id = record.Id.ToString(),
            State = NamespaceState.Registered,
            Description = record.Description,
            OwnerEmail = record.OwnerEmail,
            SupportsSchedules = true,
            // What is not built stays false: a worker believes this and would call what is not there.
            Capabilities = new NamespaceInfo.Types.Capabilities
            {
                SyncUpdate = true,
                AsyncUpdate = true,
                WorkerPollCompleteOnShutdown = true,
            },
            Limits = new NamespaceInfo.Types.Limits
            {
                BlobSizeLimitError = options.BlobBytesMax,
                MemoSizeLimitError = options.BlobBytesMax,
            },
        };
        info.Data.Add(record.Data.ToDictionary());
        return info;
    }

    private static NamespaceConfig ConfigOf(NamespaceRecord record) => new()
    {
        WorkflowExecutionRetentionTtl = Duration.FromTimeSpan(record.Retention),
        HistoryArchivalState = ArchivalState.Disabled,
        VisibilityArchivalState = ArchivalState.Disabled,
        BadBinaries = new BadBinaries(),
    };

    private static NamespaceReplicationConfig OneCluster() => new()
    {
        ActiveClusterName = SystemModule.ClusterName,
        Clusters = { new ClusterReplicationConfig { ClusterName = SystemModule.ClusterName } },
        State = ReplicationState.Normal,
    };
}
