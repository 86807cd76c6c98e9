using System.Text.RegularExpressions;
using Runbooks.Engine.Rpc;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.OperatorService.V1;

namespace Runbooks.Engine.Namespaces;

/// <summary>Registration of custom search attributes.</summary>
public sealed partial class SearchAttributeModule(NamespaceCatalog catalog) : IRpcModule
{
    private const int CountMax = 100;

    public void Register(RpcTable table)
    {
        const string service = RpcTable.OperatorService;
        table.Add<AddSearchAttributesRequest, AddSearchAttributesResponse>(service + "AddSearchAttributes", AddAsync);
        table.Add<RemoveSearchAttributesRequest, RemoveSearchAttributesResponse>(
            service + "RemoveSearchAttributes", RemoveAsync);
        table.Add<ListSearchAttributesRequest, ListSearchAttributesResponse>(
            service + "ListSearchAttributes", (request, _) => Task.FromResult(List(request)));
    }

    private async Task<AddSearchAttributesResponse> AddAsync(AddSearchAttributesRequest request, RpcCall call)
    {
        var record = catalog.Require(request.Namespace);
        if (request.SearchAttributes.Count == 0)
        {
            throw RpcFault.Invalid("SearchAttributes are not set on request.");
        }
        var added = new Dictionary<string, IndexedValueType>();
        foreach (var (name, type) in request.SearchAttributes)
        {
            if (!Name().IsMatch(name) || KnownAttributes.Facts.ContainsKey(name)
                || KnownAttributes.Predefined.ContainsKey(name))
            {
                throw RpcFault.Invalid($"Search attribute {name} is reserved by system or not a name.");
            }
            if (type == IndexedValueType.Unspecified || !Enum.IsDefined(type))
            {
                throw RpcFault.Invalid($"Unknown search attribute type: {type}");
            }
            if (!record.Attributes.TryGetValue(name, out var before))
            {
                added[name] = type;
            }
            else if (before != type)
            {
                throw new RpcFault(RpcStatus.AlreadyExists, $"Search attribute {name} already exists as {before}.");
            }
        }
        if (record.Attributes.Count + added.Count > CountMax)
        {
            throw RpcFault.Invalid($"A namespace has at most {CountMax} search attributes.");
        }
        if (added.Count > 0)
        {
            await catalog.AddAttributesAsync(request.Namespace, added);
        }
        return new AddSearchAttributesResponse();
    }

    private async Task<RemoveSearchAttributesResponse> RemoveAsync(RemoveSearchAttributesRequest request, RpcCall call)
    {
        var record = catalog.Require(request.Namespace);
        foreach (var name in request.SearchAttributes)
        {
            if (!record.Attributes.ContainsKey(name))
            {
                throw KnownAttributes.Facts.ContainsKey(name) || KnownAttributes.Predefined.ContainsKey(name)
                    ? RpcFault.Invalid($"Unable to remove non-custom search attributes: {name}.")
                    : RpcFault.NotFound($"Search attribute {name} doesn't exist.");
            }
        }
        await catalog.RemoveAttributesAsync(request.Namespace, request.SearchAttributes);
        return new RemoveSearchAttributesResponse();
    }

    private ListSearchAttributesResponse List(ListSearchAttributesRequest request)
    {
        var response = new ListSearchAttributesResponse();
        response.CustomAttributes.Add(catalog.Require(request.Namespace).Attributes.ToDictionary());
        response.SystemAttributes.Add(KnownAttributes.Facts.ToDictionary());
        response.SystemAttributes.Add(KnownAttributes.Predefined.ToDictionary());
        return response;
    }

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9_-]{0,254}$")]
    private static partial Regex Name();
}
