using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.Namespaces;
using Runbooks.Engine.Rpc;
using Runbooks.Engine.Visibility;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Schedule.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Engine.Schedules;

/// <summary>Answers the schedule methods.</summary>
public sealed class ScheduleModule(
    NamespaceCatalog catalog, ScheduleDriver driver, IScheduleStore store, TimeProvider clock) : IRpcModule
{
    private const int PageSizeMax = 1_000;
    private const int MatchingTimesMax = 1_000;
    private const int FutureMax = 10;
    private const int ListedMax = 5;

    private static readonly Dictionary<string, string> Facts = new() { ["ScheduleId"] = "schedule_id" };

    public void Register(RpcTable table)
    {
        const string service = RpcTable.WorkflowService;
        table.Add<CreateScheduleRequest, CreateScheduleResponse>(service + "CreateSchedule", CreateAsync);
        table.Add<DescribeScheduleRequest, DescribeScheduleResponse>(service + "DescribeSchedule", DescribeAsync);
        table.Add<UpdateScheduleRequest, UpdateScheduleResponse>(service + "UpdateSchedule", UpdateAsync);
        table.Add<PatchScheduleRequest, PatchScheduleResponse>(service + "PatchSchedule", PatchAsync);
        table.Add<DeleteScheduleRequest, DeleteScheduleResponse>(service + "DeleteSchedule", DeleteAsync);
        table.Add<ListSchedulesRequest, ListSchedulesResponse>(service + "ListSchedules", ListAsync);
        table.Add<CountSchedulesRequest, CountSchedulesResponse>(service + "CountSchedules", CountAsync);
        table.Add<ListScheduleMatchingTimesRequest, ListScheduleMatchingTimesResponse>(
            service + "ListScheduleMatchingTimes", MatchingTimesAsync);
    }

    private async Task<CreateScheduleResponse> CreateAsync(CreateScheduleRequest request, RpcCall call)
    {
        catalog.Require(request.Namespace);
        if (request.ScheduleId.Length is 0 or > 1000)
        {
            throw RpcFault.Invalid("A schedule id has 1 to 1000 characters.");
        }
        if (driver.Find(request.Namespace, request.ScheduleId) is { } existing
            && request.RequestId.Length > 0 && existing.Record.Progress.CreateRequestId == request.RequestId)
        {
            return new CreateScheduleResponse { ConflictToken = TokenOf(existing.Record) };
        }
        var now = clock.GetUtcNow().UtcDateTime;
        var record = new ScheduleRecord
        {
            Namespace = request.Namespace,
            ScheduleId = request.ScheduleId,
            Schedule = Checked(request.Schedule),
            Memo = request.Memo ?? new Memo(),
            SearchAttributes = Typed(request.Namespace, request.SearchAttributes),
            Info = new ScheduleInfo { CreateTime = Timestamp.FromDateTime(now) },
            Progress = new ScheduleProgress { CreateRequestId = request.RequestId, Considered = now },
        };
        if (request.InitialPatch is { } patch)
        {
            ScheduleMoves.Patch(record, Checked(patch), now, Guid.NewGuid);
        }
        await driver.CreateAsync(record);
        return new CreateScheduleResponse { ConflictToken = TokenOf(record) };
    }

    private Task<DescribeScheduleResponse> DescribeAsync(DescribeScheduleRequest request, RpcCall call) =>
        Actor(request.Namespace, request.ScheduleId).ReadAsync((record, spec, now) =>
        {
            var schedule = record.Schedule.Clone();
            schedule.Spec = ScheduleSpecText.WithWholeRanges(spec.Canonical);
            return new DescribeScheduleResponse
            {
                Schedule = schedule,
                Info = InfoOf(record, spec, now),
                Memo = record.Memo.Clone(),
                SearchAttributes = record.SearchAttributes.Clone(),
                ConflictToken = TokenOf(record),
            };
        });

    private async Task<UpdateScheduleResponse> UpdateAsync(UpdateScheduleRequest request, RpcCall call)
    {
        var schedule = Checked(request.Schedule);
        var attributes = request.SearchAttributes is { } given ? Typed(request.Namespace, given) : null;
        await Actor(request.Namespace, request.ScheduleId).ChangeAsync((record, now) =>
        {
            if (!request.ConflictToken.IsEmpty && request.ConflictToken != TokenOf(record))
            {
                throw new RpcFault(RpcStatus.FailedPrecondition, "mismatched conflict token");
            }
            record.Progress.Revision++;
            record.Schedule = schedule;
            record.SearchAttributes = attributes ?? record.SearchAttributes;
            record.Memo = request.Memo ?? record.Memo;
            record.Info.UpdateTime = Timestamp.FromDateTime(now);
            record.Progress.DoneSince = null;
            // A new specification looks forward only: times it names in the past were never promised.
            record.Progress.Considered = now;
        });
        return new UpdateScheduleResponse();
    }

    private async Task<PatchScheduleResponse> PatchAsync(PatchScheduleRequest request, RpcCall call)
    {
        var patch = Checked(request.Patch ?? throw RpcFault.Invalid("Patch is not set on request."));
        await Actor(request.Namespace, request.ScheduleId)
            .ChangeAsync((record, now) => ScheduleMoves.Patch(record, patch, now, Guid.NewGuid));
        return new PatchScheduleResponse();
    }

    private async Task<DeleteScheduleResponse> DeleteAsync(DeleteScheduleRequest request, RpcCall call)
    {
        await driver.DeleteAsync(Actor(request.Namespace, request.ScheduleId));
        return new DeleteScheduleResponse();
    }

    private async Task<ListSchedulesResponse> ListAsync(ListSchedulesRequest request, RpcCall call)
    {
        var filter = Filter(request.Namespace, request.Query);
        var size = request.MaximumPageSize is > 0 and < PageSizeMax ? request.MaximumPageSize : PageSizeMax;
        var ids = await store.FindAsync(filter, request.NextPageToken.ToStringUtf8(), size, call.Cancelled);
        var response = new ListSchedulesResponse();
        foreach (var id in ids)
        {
            if (driver.Find(request.Namespace, id) is { } actor)
            {
                response.Schedules.Add(await actor.ReadAsync(EntryOf));
            }
        }
        response.NextPageToken = ids.Count == size ? ByteString.CopyFromUtf8(ids[^1]) : ByteString.Empty;
        return response;
    }

    private async Task<CountSchedulesResponse> CountAsync(CountSchedulesRequest request, RpcCall call) => new()
    {
        Count = await store.CountAsync(Filter(request.Namespace, request.Query), call.Cancelled),
    };

    private Task<ListScheduleMatchingTimesResponse> MatchingTimesAsync(
        ListScheduleMatchingTimesRequest request, RpcCall call)
    {
        if (request.StartTime is null || request.EndTime is null || request.EndTime < request.StartTime)
        {
            throw RpcFault.Invalid("StartTime and EndTime must be set, in this order.");
        }
        return Actor(request.Namespace, request.ScheduleId).ReadAsync((record, spec, _) =>
        {
            var response = new ListScheduleMatchingTimesResponse();
            var end = request.EndTime.ToDateTime();
            var after = request.StartTime.ToDateTime().AddMilliseconds(-1);
            while (response.StartTime.Count < MatchingTimesMax
                && spec.NextAfter(after, ScheduleMoves.Seed(record)) is { } due && due.Actual <= end)
            {
                response.StartTime.Add(Timestamp.FromDateTime(due.Actual));
                after = due.Nominal;
            }
            return response;
        });
    }

    private ScheduleActor Actor(string ns, string id)
    {
        catalog.Require(ns);
        return driver.Require(ns, id);
    }

    private SqlCondition Filter(string ns, string query)
    {
        catalog.Require(ns);
        try
        {
            return QuerySql.Condition(
                QueryParser.Parse(query).Filter,
                name => catalog.TryGetSearchAttribute(ns, name, out var type) ? type : null, [ns], Facts);
        }
        catch (QueryRefusedException refused)
        {
            throw new RpcFault(RpcStatus.InvalidArgument, refused.Message, null, refused);
        }
    }

    private SearchAttributes Typed(string ns, SearchAttributes? given)
    {
        var typed = new SearchAttributes();
        foreach (var (name, payload) in given?.IndexedFields ?? [])
        {
            if (!catalog.TryGetSearchAttribute(ns, name, out var type))
            {
                throw RpcFault.Invalid(
                    $"Namespace {ns} has no mapping defined for search attribute {name}");
            }
            var copy = payload.Clone();
            copy.Metadata["type"] = ByteString.CopyFromUtf8(type.ToString());
            typed.IndexedFields[name] = copy;
        }
        return typed;
    }

    private static Schedule Checked(Schedule? schedule)
    {
        var copy = schedule?.Clone() ?? throw RpcFault.Invalid("Schedule is not set on request.");
        copy.Spec ??= new ScheduleSpec();
        copy.Policies ??= new SchedulePolicies();
        copy.State ??= new ScheduleState();
        if (copy.Action?.StartWorkflow is not { WorkflowId.Length: > 0, WorkflowType.Name.Length: > 0 } action
            || action.TaskQueue is not { Name.Length: > 0 })
        {
            throw RpcFault.Invalid("A schedule's action starts a workflow: its id, type and task queue must be set.");
        }
        try
        {
            CompiledSpec.Compile(copy.Spec);
            return copy;
        }
        catch (SpecRefusedException refused)
        {
            throw new RpcFault(RpcStatus.InvalidArgument, $"Invalid schedule spec: {refused.Message}", null, refused);
        }
    }

    private static SchedulePatch Checked(SchedulePatch patch) =>
        patch.BackfillRequest.All(b => b.StartTime is not null && b.EndTime is not null && b.EndTime >= b.StartTime)
            ? patch
            : throw RpcFault.Invalid("A backfill needs a start time and a later end time.");

    private static ScheduleInfo InfoOf(ScheduleRecord record, CompiledSpec spec, DateTime now)
    {
        var info = record.Info.Clone();
        info.BufferSize = record.Progress.Waiting.Count;
        info.RunningWorkflows.AddRange(record.Progress.Watched.Where(run => !run.Overlapping)
            .Select(run => new WorkflowExecution { WorkflowId = run.WorkflowId, RunId = run.FirstRunId }));
        info.FutureActionTimes.AddRange(
            ScheduleMoves.Future(record, spec, now, FutureMax).Select(Timestamp.FromDateTime));
        return info;
    }

    private static ScheduleListEntry EntryOf(ScheduleRecord record, CompiledSpec spec, DateTime now) => new()
    {
        ScheduleId = record.ScheduleId,
        Memo = record.Memo.Clone(),
        SearchAttributes = record.SearchAttributes.Clone(),
        Info = new ScheduleListInfo
        {
            Spec = spec.Canonical.Clone(),
            WorkflowType = record.Schedule.Action.StartWorkflow.WorkflowType.Clone(),
            Notes = record.Schedule.State.Notes,
            Paused = record.Schedule.State.Paused,
            RecentActions = { record.Info.RecentActions.TakeLast(ListedMax).Select(action => action.Clone()) },
            FutureActionTimes =
            {
                ScheduleMoves.Future(record, spec, now, ListedMax).Select(Timestamp.FromDateTime),
            },
        },
    };

    private static ByteString TokenOf(ScheduleRecord record) =>
        ByteString.CopyFromUtf8(record.Progress.Revision.ToString(CultureInfo.InvariantCulture));
}
