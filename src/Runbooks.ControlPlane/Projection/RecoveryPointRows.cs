using System.Text.Json.Nodes;
using Dapper;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.ControlPlane.Projection;

/// <summary>
/// Keeps the list of recovery points by what runs did to them: made, dropped, or deleted with their copy.
/// </summary>
internal static class RecoveryPointRows
{
    private const string Create = "CreateRecoveryPoint";
    private const string Drop = "DropRecoveryPoint";
    private const string DropOfRun = "DropRecoveryPointsOf";
    private const string Meet = "Meet";
    private const string Remove = "RemoveStandby";
    private const string SitePrefix = "site/";

    public static async Task ScheduledAsync(Change change, OpenRun open, HistoryEvent happened)
    {
        var scheduled = happened.ActivityTaskScheduledEventAttributes;
        if (scheduled.ActivityType.Name is not (Create or Drop or DropOfRun or Meet or Remove)
            || scheduled.TaskQueue?.Name.StartsWith(SitePrefix, StringComparison.Ordinal) != true)
        {
            return;
        }

        var input = Parse(scheduled.Input);
        await change.Connection.ExecuteAsync(
            """
            insert into control.open_calls (workflow_id, engine_run, event, activity, target, protection, reason, point)
            values (@Workflow_Id, @Engine_Run, @EventId, @activity, @target, @protection, @reason, @point) on conflict do nothing
            """,
            new
            {
                open.Workflow_Id, open.Engine_Run, happened.EventId, activity = scheduled.ActivityType.Name,
                target = scheduled.TaskQueue.Name[SitePrefix.Length..], protection = Text(input, "Protection"),
                reason = scheduled.ActivityType.Name == Meet ? "diverged" : Text(input, "Reason") ?? "requested",
                    point = Text(input, "Point"),
            },
            change.Transaction);
    }

    public static async Task EndedAsync(Change change, OpenRun open, long scheduledEvent, Payloads? result, bool completed)
    {
        var call = await change.Connection.QuerySingleOrDefaultAsync<Call>(
            """
            delete from control.open_calls where workflow_id = @Workflow_Id and engine_run = @Engine_Run and event = @scheduledEvent
            returning activity, target, protection, reason, point
            """,
            new { open.Workflow_Id, open.Engine_Run, scheduledEvent }, change.Transaction);
        if (call is null || !completed)
        {
            return;
        }

        var (kind, subject) = call.Activity switch
        {
            Drop => ("dropped", await DropAsync(change, call)),
            DropOfRun => ("dropped", await DropOfRunAsync(change, open, call)),
            Remove => ("dropped", await DropWithCopyAsync(change, call)),
            _ => ("made", await MakeAsync(change, open, call, Parse(result))),
        };
        if (subject is not null)
        {
            change.Tell(new EventEntry($"recovery-point.{kind}", subject)
            {
                Run = open.Run, Group = open.Grp, Site = call.Target, Data = new() { ["reason"] = call.Reason },
            });
        }

        if (subject is not null && call.Activity == Meet)
        {
            change.Tell(new EventEntry("conflict.found", subject)
            {
                Run = open.Run, Group = open.Grp, Site = call.Target,
            });
        }
    }

    private static async Task<string?> DropAsync(Change change, Call call)
    {
        await change.Connection.ExecuteAsync(
            "update control.recovery_points set removed_at = clock_timestamp() where id = @Point and site = @Target",
            new { call.Point, call.Target }, change.Transaction);
        return call.Point;
    }

    private static async Task<string?> DropOfRunAsync(Change change, OpenRun open, Call call)
    {
        await change.Connection.ExecuteAsync(
            """
            update control.recovery_points set removed_at = clock_timestamp()
            where made_by = @Run and protection = @Protection and site = @Target and removed_at is null
            """,
            new { open.Run, call.Protection, call.Target }, change.Transaction);
        return call.Protection;
    }

    /// <summary>The points lay over the copy and went with it.</summary>
    private static async Task<string?> DropWithCopyAsync(Change change, Call call)
    {
        await change.Connection.ExecuteAsync(
            """
            update control.recovery_points set removed_at = clock_timestamp()
            where protection = @Protection and site = @Target and removed_at is null
            """,
            new { call.Protection, call.Target }, change.Transaction);
        return call.Protection;
    }

    private static async Task<string?> MakeAsync(Change change, OpenRun open, Call call, JsonObject? made)
    {
        if (made is null || (Text(made, "Point") ?? Text(made, "KeptPoint")) is not { } point)
        {
            return null;
        }

        await change.Connection.ExecuteAsync(
            """
            insert into control.recovery_points (id, site, protection, workload, reason, at, facts, made_by)
            values (@point, @Target, @Protection, (select workload from control.protections where id = @Protection),
                    @Reason, coalesce(@at::timestamptz, clock_timestamp()), @facts::jsonb, @Run)
            on conflict do nothing
            """,
            new
            {
                point, call.Target, call.Protection, call.Reason, at = Text(made, "At"), facts = made.ToJsonString(),
                open.Run,
            },
            change.Transaction);
        return point;
    }

    private static JsonObject? Parse(Payloads? payloads) =>
        HistoryFacts.TextOf(payloads) is { } text ? JsonNode.Parse(text) as JsonObject : null;

    private static string? Text(JsonObject? node, string name) =>
        node?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private sealed record Call(string Activity, string Target, string? Protection, string? Reason, string? Point);
}
