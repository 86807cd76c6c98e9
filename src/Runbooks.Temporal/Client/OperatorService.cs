using Temporalio.Api.OperatorService.V1;

namespace Runbooks.Temporal.Client;

/// <summary>Raw calls of Temporal's operator service.</summary>
public sealed class OperatorService : RpcService
{
    internal OperatorService(TemporalConnection connection)
        : base(connection)
    {
    }

    public override string FullName => "temporal.api.operatorservice.v1.OperatorService";

    public Task<AddSearchAttributesResponse> AddSearchAttributesAsync(
        AddSearchAttributesRequest request, RpcOptions? options = null) =>
        CallAsync("AddSearchAttributes", request, AddSearchAttributesResponse.Parser, options);

    public Task<RemoveSearchAttributesResponse> RemoveSearchAttributesAsync(
        RemoveSearchAttributesRequest request, RpcOptions? options = null) =>
        CallAsync("RemoveSearchAttributes", request, RemoveSearchAttributesResponse.Parser, options);

    public Task<ListSearchAttributesResponse> ListSearchAttributesAsync(
        ListSearchAttributesRequest request, RpcOptions? options = null) =>
        CallAsync("ListSearchAttributes", request, ListSearchAttributesResponse.Parser, options);

    public Task<DeleteNamespaceResponse> DeleteNamespaceAsync(
        DeleteNamespaceRequest request, RpcOptions? options = null) =>
        CallAsync("DeleteNamespace", request, DeleteNamespaceResponse.Parser, options);
}
