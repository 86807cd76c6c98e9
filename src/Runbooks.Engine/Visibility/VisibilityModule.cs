using System.Text.Json;
using Google.Protobuf;
using Runbooks.Engine.Namespaces;
using Runbooks.Engine.Rpc;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Engine.Visibility;

/// <summary>Answers lists and counts of runs.</summary>
public sealed class VisibilityModule(NamespaceCatalog catalog, IVisibilityStore store) : IRpcModule
{
    private const int PageSizeMax = 1_000;
    private const int QueryLengthMax = 32 << 10;

    public void Register(RpcTable table)
    {
        const string service = RpcTable.WorkflowService;
        table.Add<ListWorkflowExecutionsRequest, ListWorkflowExecutionsResponse>(
            service + "ListWorkflowExecutions", async (request, call) =>
            {
                var (page, token) = await PageAsync(
                    request.Namespace, request.Query, request.PageSize, request.NextPageToken, call);
                return new ListWorkflowExecutionsResponse { Executions = { page.Runs }, NextPageToken = token };
            });
        // Deprecated at its source, yet the way older clients read everything: the same pages.
#pragma warning disable CS0612
        table.Add<ScanWorkflowExecutionsRequest, ScanWorkflowExecutionsResponse>(
            service + "ScanWorkflowExecutions", async (request, call) =>
            {
                var (page, token) = await PageAsync(
                    request.Namespace, request.Query, request.PageSize, request.NextPageToken, call);
                return new ScanWorkflowExecutionsResponse { Executions = { page.Runs }, NextPageToken = token };
            });
#pragma warning restore CS0612
        table.Add<CountWorkflowExecutionsRequest, CountWorkflowExecutionsResponse>(
            service + "CountWorkflowExecutions", CountAsync);
    }

    private async Task<(ListPage Page, ByteString Token)> PageAsync(
        string ns, string text, int size, ByteString token, RpcCall call)
    {
        var query = Parse(ns, text);
        if (query.GroupBy is not null)
        {
            throw RpcFault.Invalid("invalid query: GROUP BY belongs to a count");
        }
        var filter = Refused(() => QuerySql.Condition(query.Filter, name => Custom(ns, name), [ns]));
        var order = query.Order.Count == 0
            ? null
            : Refused(() => QuerySql.Order(query.Order, name => Custom(ns, name), filter.Parameters));
        var page = await store.ListAsync(
            filter, order, Decode(token), size is > 0 and < PageSizeMax ? size : PageSizeMax, call.Cancelled);
        return (page, page.End is null ? ByteString.Empty : ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(page.End)));
    }

    private async Task<CountWorkflowExecutionsResponse> CountAsync(CountWorkflowExecutionsRequest request, RpcCall call)
    {
        var query = Parse(request.Namespace, request.Query);
        if (query.GroupBy is not (null or "ExecutionStatus"))
        {
            throw RpcFault.Invalid("'GROUP BY' clause is only supported for ExecutionStatus");
        }
        var filter = Refused(() => QuerySql.Condition(
            query.Filter, name => Custom(request.Namespace, name), [request.Namespace]));
        var counts = await store.CountByStatusAsync(filter, call.Cancelled);
        var response = new CountWorkflowExecutionsResponse { Count = counts.Values.Sum() };
        if (query.GroupBy is not null)
        {
            response.Groups.AddRange(counts.OrderBy(pair => pair.Key).Select(pair =>
                new CountWorkflowExecutionsResponse.Types.AggregationGroup
                {
                    Count = pair.Value,
                    GroupValues = { Keyword(((WorkflowExecutionStatus)pair.Key).ToString()) },
                }));
        }
        return response;
    }

    private VisibilityQuery Parse(string ns, string text)
    {
        catalog.Require(ns);
        return text.Length <= QueryLengthMax
            ? Refused(() => QueryParser.Parse(text))
            : throw RpcFault.Invalid($"invalid query: longer than {QueryLengthMax} characters");
    }

    private IndexedValueType? Custom(string ns, string name) =>
        catalog.TryGetSearchAttribute(ns, name, out var type) ? type : null;

    private static ListPosition? Decode(ByteString token)
    {
        try
        {
            return token.IsEmpty ? null : JsonSerializer.Deserialize<ListPosition>(token.Span);
        }
        catch (JsonException)
        {
            throw RpcFault.Invalid("Invalid NextPageToken.");
        }
    }

    private static Payload Keyword(string text) => new()
    {
        Metadata =
        {
            ["encoding"] = ByteString.CopyFromUtf8("json/plain"),
            ["type"] = ByteString.CopyFromUtf8("Keyword"),
        },
        Data = ByteString.CopyFromUtf8($"\"{text}\""),
    };

    private static T Refused<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (QueryRefusedException refused)
        {
            throw new RpcFault(RpcStatus.InvalidArgument, refused.Message, null, refused);
        }
    }
}
