using Google.Protobuf;
using Runbooks.Engine.History;
using Runbooks.Engine.Namespaces;
using Runbooks.Engine.Rpc;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Engine.Reading;

// History, forward, backward, and as it grows.
//
// A plain reader sees the events up to the moment of its first page. A waiting reader's token stays until the run is
// closed
// and read to its end; with nothing new it gets an empty page and its token back after at most WaitHold. The close
// filter
// answers with exactly the close event.
public sealed class HistoryModule(NamespaceCatalog catalog, IRunReader runs, EngineOptions options) : IRpcModule
{
    /// <summary>People's tools show what is written; only workers need the events of a task not yet written.</summary>
    private static readonly string[] PeoplesClients = ["temporal-cli", "temporal-ui"];

    public void Register(RpcTable table)
    {
        const string service = RpcTable.WorkflowService;
        table.Add<GetWorkflowExecutionHistoryRequest, GetWorkflowExecutionHistoryResponse>(
            service + "GetWorkflowExecutionHistory", ReadAsync);
        table.Add<GetWorkflowExecutionHistoryReverseRequest, GetWorkflowExecutionHistoryReverseResponse>(
            service + "GetWorkflowExecutionHistoryReverse", ReadBackwardAsync);
    }

    private async Task<GetWorkflowExecutionHistoryResponse> ReadAsync(
        GetWorkflowExecutionHistoryRequest request, RpcCall call)
    {
        var token = HistoryToken.Decode(request.NextPageToken);
        var run = await FindAsync(request.Namespace, request.Execution, token, call);
        token ??= new HistoryToken(run.Key.RunId, 1, run.State.LastEventId);
        return request.HistoryEventFilterType == HistoryEventFilterType.CloseEvent
            ? await ReadCloseAsync(request.WaitNewEvent, run, token, call)
            : request.WaitNewEvent
                ? await ReadGrowingAsync(PageSize(request.MaximumPageSize), run, token, call)
                : await ReadWrittenAsync(PageSize(request.MaximumPageSize), run, token, call);
    }

    private async Task<GetWorkflowExecutionHistoryResponse> ReadCloseAsync(
        bool wait, RunSnapshot run, HistoryToken token, RpcCall call)
    {
        if (run.State.IsOpen && wait)
        {
            run = await runs.WaitForEventsAsync(
                run.Key, run.State.LastEventId, closeOnly: true, HoldFor(call), call.Cancelled);
        }
        if (run.State.IsOpen)
        {
            return Answer([], wait ? token : null);
        }
        var last = run.State.LastEventId;
        var events = await runs.ReadEventsAsync(run.Key, last, 1, call.Cancelled);
        return Answer(events.Where(e => e.EventId == last), null);
    }

    private async Task<GetWorkflowExecutionHistoryResponse> ReadGrowingAsync(
        int size, RunSnapshot run, HistoryToken token, RpcCall call)
    {
        if (run.State.IsOpen && run.State.LastEventId < token.Next)
        {
            run = await runs.WaitForEventsAsync(
                run.Key, token.Next - 1, closeOnly: false, HoldFor(call), call.Cancelled);
        }
        var last = run.State.LastEventId;
        var events = await BetweenAsync(run.Key, token.Next, last, size, call);
        var next = events.Count == 0 ? token.Next : events[^1].EventId + 1;
        return Answer(events, run.State.IsOpen || next <= last ? token with { Next = next, Last = last } : null);
    }

    private async Task<GetWorkflowExecutionHistoryResponse> ReadWrittenAsync(
        int size, RunSnapshot run, HistoryToken token, RpcCall call)
    {
        var events = await BetweenAsync(run.Key, token.Next, token.Last, size, call);
        var next = events.Count == 0 ? token.Last + 1 : events[^1].EventId + 1;
        if (next <= token.Last)
        {
            return Answer(events, token with { Next = next });
        }
        var client = call.Metadata.GetValueOrDefault("client-name", "");
        return PeoplesClients.Contains(client) || run.State.LastEventId != token.Last
            ? Answer(events, null)
            : Answer(events.Concat(run.TransientEvents), null);
    }

    private async Task<GetWorkflowExecutionHistoryReverseResponse> ReadBackwardAsync(
        GetWorkflowExecutionHistoryReverseRequest request, RpcCall call)
    {
        var token = HistoryToken.Decode(request.NextPageToken);
        var run = await FindAsync(request.Namespace, request.Execution, token, call);
        var before = token?.Next ?? run.State.LastEventId + 1;
        var size = PageSize(request.MaximumPageSize);
        var events = (await runs.ReadEventsBackwardAsync(run.Key, before, size, call.Cancelled))
            .Where(e => e.EventId < before).OrderByDescending(e => e.EventId).Take(size).ToList();
        var response = new GetWorkflowExecutionHistoryReverseResponse
        {
            History = new Temporalio.Api.History.V1.History { Events = { events } },
        };
        if (events.Count > 0 && events[^1].EventId > 1)
        {
            response.NextPageToken = new HistoryToken(run.Key.RunId, events[^1].EventId, 0).Encode();
        }
        return response;
    }

    private async Task<RunSnapshot> FindAsync(
        string ns, WorkflowExecution? execution, HistoryToken? token, RpcCall call)
    {
        catalog.Require(ns);
        var asked = execution ?? throw RpcFault.Invalid("Execution is not set on request.");
        return await runs.ReadAsync(ns, asked.WorkflowId, token?.RunId.ToString() ?? asked.RunId, call.Cancelled);
    }

    private async Task<List<HistoryEvent>> BetweenAsync(RunKey run, long from, long last, int size, RpcCall call) =>
        from > last
            ? []
            : (await runs.ReadEventsAsync(run, from, size, call.Cancelled))
                .Where(e => e.EventId >= from && e.EventId <= last).Take(size).ToList();

    private int PageSize(int asked) =>
        asked > 0 && asked < options.HistoryPageEvents ? asked : options.HistoryPageEvents;

    private TimeSpan HoldFor(RpcCall call) => call.HoldFor(options.WaitHold, DateTimeOffset.UtcNow);

    private static GetWorkflowExecutionHistoryResponse Answer(IEnumerable<HistoryEvent> events, HistoryToken? token) => new()
    {
        History = new Temporalio.Api.History.V1.History { Events = { events } },
        NextPageToken = token?.Encode() ?? ByteString.Empty,
    };
}
