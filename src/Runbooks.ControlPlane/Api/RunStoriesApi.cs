using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Security;

namespace Runbooks.ControlPlane.Api;

/// <summary>A run's page beside its row: graph, history for replay, evidence, comparison, abort preview; and run
/// tables.</summary>
internal static class RunStoriesApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/run-table", TableAsync).WithTags("runs").Allow(
            Access.Read, "searchRuns", "Runs filtered, sorted by any column and counted; kind may be drill-*.");
        var run = api.MapGroup("/runs/{run}").WithTags("runs");
        run.MapGet("/plan", PlanAsync).Allow(Access.Read, "getRunPlan", "The graph the run was started with.");
        run.MapGet("/history", HistoryAsync).Allow(
            Access.Read, "listRunHistory", "Everything recorded of the run, oldest first: what a replay is made of.");
        run.MapGet("/calls", CallsAsync).Allow(
            Access.Read, "listRunCalls", "The calls it made, as evidence of its steps.");
        run.MapGet("/compare", CompareAsync).Allow(
            Access.Read, "compareRun",
                "Step by step with another run; the last one of the same runbook unless with= says.");
        run.MapGet("/abort-preview", AbortAsync).Allow(
            Access.Read, "previewAbort", "What an abort would undo, stop, wait for and leave.");
    }

    private static async Task<Ok<Page<RunView>>> TableAsync(
        RunSearch search, Call call, string? group, string? kind, string? state, string? runbook, bool? real, string? q,
        DateTime? from, DateTime? to, string? sort, string? order, string? cursor, int? limit, CancellationToken cancel)
    {
        var column = sort ?? "requestedAt";
        if (!RunSearch.Columns.ContainsKey(column))
        {
            throw ApiRefusals.Field(
                "sort", $"'{sort}' is not a column.", $"Use one of: {string.Join(", ", RunSearch.Columns.Keys)}.");
        }

        var offset = Cursor.Offset(cursor);
        var (runs, total) = await search.FindAsync(
            new RunQuery(
                group, kind, state, runbook, real, q, from?.ToUniversalTime(), to?.ToUniversalTime(), column,
                Orders.IsAscending(order), offset, Cursor.Limit(limit), call.Caller.ReadableGroups()),
            cancel);
        return TypedResults.Ok(Cursor.OfOffset(runs, offset, total));
    }

    private static async Task<Ok<RunPlanView>> PlanAsync(
        string run, RunRows rows, RunStories stories, Call call, CancellationToken cancel) =>
        TypedResults.Ok(await stories.PlanAsync(
            await rows.GetAsync(run, call.Caller.ReadableGroups(), cancel), cancel));

    private static async Task<Ok<Page<RunHistoryView>>> HistoryAsync(
        string run, RunRows rows, RunStories stories, Call call, string? cursor, int? limit, bool calls = false,
        CancellationToken cancel = default)
    {
        await rows.GetAsync(run, call.Caller.ReadableGroups(), cancel);
        return TypedResults.Ok(await stories.HistoryAsync(run, cursor, Cursor.Limit(limit), calls, cancel));
    }

    private static async Task<Ok<Page<RunCallView>>> CallsAsync(
        string run, RunRows rows, RunStories stories, Call call, string? step, CancellationToken cancel)
    {
        var view = await rows.GetAsync(run, call.Caller.ReadableGroups(), cancel);
        var calls = await stories.CallsAsync(view, cancel);
        return TypedResults.Ok(new Page<RunCallView>([.. calls.Where(c => step is null || c.Step == step)], null));
    }

    private static async Task<Ok<RunComparison>> CompareAsync(
        string run, RunRows rows, RunStories stories, Call call, string? with, CancellationToken cancel)
    {
        var readable = call.Caller.ReadableGroups();
        return TypedResults.Ok(
            await stories.CompareAsync(await rows.GetAsync(run, readable, cancel), with, readable, cancel));
    }

    private static async Task<Ok<AbortPreview>> AbortAsync(
        string run, RunRows rows, RunStories stories, Call call, CancellationToken cancel) =>
        TypedResults.Ok(await stories.AbortAsync(
            await rows.GetAsync(run, call.Caller.ReadableGroups(), cancel), cancel));
}
