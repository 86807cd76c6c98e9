using System.Text.Json.Nodes;
using Dapper;
using Runbooks.Audit;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Projection;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Runs;

/// <summary>What a run's page is made of beside its row: plan, history, calls, comparison, and what an abort would
/// do.</summary>
/// <remarks>History and calls are read from the audit records: they stay when the event stream has forgotten, and are
/// proven.</remarks>
internal sealed class RunStories(Database database, AuditReader reader, RunRows rows)
{
    private const int PageRecords = 5_000;

    public async Task<RunPlanView> PlanAsync(RunView run, CancellationToken cancel)
    {
        var (plan, layout) = await database.ReadAsync(
            c => c.QuerySingleAsync<(string? Plan, string? Layout)>(
                """
                select r.plan::text, l.layout::text from control.runs r
                left join control.runbook_layouts l on l.name = r.runbook and l.number = r.runbook_number
                  where r.id = @Id
                """,
                new { run.Id }),
            cancel);
        var nodes = plan is null
            ? ProcedurePlans.Of(run, await rows.StepsAsync(run.Id, cancel))
            : ApiJson.Read<List<RunPlanNode>>(plan);
        return new RunPlanView(
            run.Id, plan is not null, run.Runbook, run.Version, run.RunbookHash, nodes,
            layout is null ? null : JsonNode.Parse(layout));
    }

    public async Task<Page<RunHistoryView>> HistoryAsync(
        string run, string? cursor, int limit, bool calls, CancellationToken cancel)
    {
        var after = Cursor.Offset(cursor);
        var found = new List<RunHistoryView>();
        while (found.Count <= limit)
        {
            var page = await reader.FindAsync(new AuditQuery(after, limit + 1, Run: run), cancel);
            found.AddRange(page.Select(History).Where(
                h => calls || !h.Kind.StartsWith("activity.", StringComparison.Ordinal)));
            if (page.Count <= limit)
            {
                break;
            }

            after = page[^1].Sequence;
        }

        return Cursor.Cut(found, limit, h => $"{h.Sequence}");
    }

    public async Task<IReadOnlyList<RunCallView>> CallsAsync(RunView run, CancellationToken cancel)
    {
        var records = new List<(long Sequence, JsonObject Record)>();
        for (var after = 0L; ;)
        {
            var page = await reader.FindAsync(new AuditQuery(after, PageRecords, run.Id), cancel);
            records.AddRange(page.Select(e => (e.Sequence, JsonNode.Parse(e.Record)!.AsObject())));
            if (page.Count < PageRecords)
            {
                break;
            }

            after = page[^1].Sequence;
        }

        return RunCalls.Of(run.WorkflowId, records, await rows.StepsAsync(run.Id, cancel));
    }

    /// <param name="with">Another run's id, or null for the last ended one of the same runbook before this one.</param>
    public async Task<RunComparison> CompareAsync(
        RunView run, string? with, IReadOnlyList<string>? readable, CancellationToken cancel)
    {
        var id = with ?? await database.ReadAsync(
            c => c.ExecuteScalarAsync<string?>(
                """
                select id from control.runs where runbook = @Runbook and id <> @Id and requested_at < @RequestedAt
                  and started_at is not null and ended_at is not null and grp is not distinct from @Group
                order by requested_at desc limit 1
                """,
                new { run.Runbook, run.Id, run.RequestedAt, run.Group }),
            cancel) ?? throw ApiRefusals.NotFound("earlier run of the runbook of", run.Id);
        var other = await rows.GetAsync(id, readable, cancel);
        return RunComparisons.Of(
            run, await rows.StepsAsync(run.Id, cancel), other, await rows.StepsAsync(other.Id, cancel));
    }

    public async Task<AbortPreview> AbortAsync(RunView run, CancellationToken cancel) => AbortPreviews.Of(
        run, (await PlanAsync(run, cancel)).Nodes, await rows.StepsAsync(run.Id, cancel));

    private static RunHistoryView History(ChainEntry entry)
    {
        var record = JsonNode.Parse(entry.Record)!.AsObject();
        var data = record["data"] as JsonObject ?? [];
        return new RunHistoryView(
            entry.Sequence, AuditTime.Read((string)record["at"]!), (string)record["kind"]!, (string?)data["step"],
            (string?)data["state"], (string?)data["title"], (string?)data["detail"],
            (string?)record["actor"]?["name"] ?? (string?)record["actor"]?["id"], (string?)record["reason"],
                data.DeepClone());
    }
}
