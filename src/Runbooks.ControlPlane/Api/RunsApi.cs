using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Reports;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Security;

namespace Runbooks.ControlPlane.Api;

public sealed record ExplainBody(
    string? Document, int? Version, string? Group, IReadOnlyDictionary<string, string>? Inputs);

/// <summary>Runs: start, decide, steer, watch, report.</summary>
internal static class RunsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var runs = api.MapGroup("/runs").WithTags("runs");
        runs.MapGet("", ListAsync).Allow(Access.Read, "listRuns", "Runs, newest first; state=open for those in flight.");
        runs.MapPost("", StartAsync).Allow(Access.Operate, "startRun", "Start a published runbook; dryRun=true explains instead.");
        runs.MapGet("/{run}", GetAsync).Allow(Access.Read, "getRun", "One run.");
        runs.MapGet("/{run}/steps", StepsAsync).Allow(Access.Read, "listRunSteps", "The run's steps so far.");
        runs.MapGet("/{run}/approvals", DecisionsAsync).Allow(Access.Read, "listRunApprovals", "Who approved or rejected, and why.");
        runs.MapPost("/{run}/approvals", DecideAsync).Allow(Access.Answer, "decideRun", "Approve or reject the plan as it was shown.");
        runs.MapPost("/{run}/signals", SignalAsync).Allow(Access.Answer, "signalRun", "Pause, resume, abort, answer, retry, skip, release.");
        runs.MapGet("/{run}/report", ReportAsync).Produces<string>(200, "text/html")
            .Allow(Access.Read, "getRunReport", "The run's report as self-contained HTML.");
        runs.MapGet("/{run}/report.json", ReportJsonAsync).Allow(Access.Read, "getRunReportJson", "The run's report as data.");
        api.MapPost("/runbooks/{name}/explain", ExplainAsync).WithTags("runbooks")
            .Allow(Access.Read, "explainRunbook", "What a start would do: steps, targets, reversibility, forecast.");
        api.MapGet("/approvals", InboxAsync).WithTags("runs").Allow(Access.Read, "listApprovals", "Runs that wait for a decision or an answer.");
    }

    private static async Task<Ok<Page<RunView>>> ListAsync(
        RunRows rows, Call call, string? group, string? kind, string? state, string? runbook, string? cursor, int? limit,
        CancellationToken cancel)
    {
        var count = Cursor.Limit(limit);
        var (at, id) = Place(cursor);
        var found = await rows.ListAsync(
            group, kind, state, runbook, call.Caller.ReadableGroups(), at, id, count + 1, cancel);
        return TypedResults.Ok(Cursor.Cut(
            found, count, r => $"{r.RequestedAt.ToString("O", CultureInfo.InvariantCulture)} {r.Id}"));
    }

    private static async Task<Results<Accepted<RunView>, Ok<ExplainView>>> StartAsync(
        RunBody body, Call call, RunDesk desk, RunPlanner planner, bool dryRun = false, CancellationToken cancel = default)
    {
        var plan = await planner.PlanAsync(body, call.Caller.Name, null, cancel);
        call.RequireScope(null, plan.Group.ToString(), $"group {plan.Group}");
        if (dryRun)
        {
            return TypedResults.Ok(await planner.ExplainAsync(plan, cancel));
        }

        var run = await desk.StartAsync(plan, body, call, cancel);
        return TypedResults.Accepted($"/api/v1/runs/{run.Id}", run);
    }

    private static async Task<Ok<ExplainView>> ExplainAsync(
        string name, ExplainBody body, Call call, RunPlanner planner, CancellationToken cancel)
    {
        var plan = await planner.PlanAsync(
            new RunBody(name, "explain, nothing is done", body.Version, body.Group, body.Inputs), call.Caller.Name, body.Document, cancel);
        return TypedResults.Ok(await planner.ExplainAsync(plan, cancel));
    }

    private static async Task<Ok<RunView>> GetAsync(string run, RunRows rows, Call call, CancellationToken cancel) =>
        TypedResults.Ok(await rows.GetAsync(run, call.Caller.ReadableGroups(), cancel));

    private static async Task<Ok<Page<StepView>>> StepsAsync(string run, RunRows rows, Call call, CancellationToken cancel)
    {
        await rows.GetAsync(run, call.Caller.ReadableGroups(), cancel);
        return TypedResults.Ok(new Page<StepView>(await rows.StepsAsync(run, cancel), null));
    }

    private static async Task<Ok<Page<DecisionView>>> DecisionsAsync(string run, RunRows rows, Call call, CancellationToken cancel)
    {
        await rows.GetAsync(run, call.Caller.ReadableGroups(), cancel);
        return TypedResults.Ok(new Page<DecisionView>(await rows.DecisionsAsync(run, cancel), null));
    }

    private static async Task<Ok<RunView>> DecideAsync(
        string run, DecisionBody body, Call call, RunDesk desk, bool dryRun = false, CancellationToken cancel = default) =>
        TypedResults.Ok(await desk.DecideAsync(run, body, call, dryRun, cancel));

    private static async Task<Ok<RunView>> SignalAsync(
        string run, SignalBody body, Call call, RunDesk desk, bool dryRun = false, CancellationToken cancel = default) =>
        TypedResults.Ok(await desk.SignalAsync(run, body, call, dryRun, cancel));

    private static async Task<Ok<Page<RunView>>> InboxAsync(RunRows rows, Call call, CancellationToken cancel)
    {
        var open = await rows.ListAsync(null, null, "open", null, call.Caller.ReadableGroups(), null, null, Cursor.LimitMax, cancel);
        return TypedResults.Ok(new Page<RunView>(
            [.. open.Where(WaitsForPeople)], null));
    }

    public static bool WaitsForPeople(RunView run) =>
        run.Asking is not null || (run.State == "requested" && run.ApprovalsGiven < run.ApprovalsNeeded);

    private static async Task<ContentHttpResult> ReportAsync(
        string run, RunRows rows, ReportDesk reports, Call call, CancellationToken cancel)
    {
        await rows.GetAsync(run, call.Caller.ReadableGroups(), cancel);
        return TypedResults.Content(await reports.HtmlAsync(run, cancel), "text/html; charset=utf-8");
    }

    private static async Task<Ok<RunReport>> ReportJsonAsync(
        string run, RunRows rows, ReportDesk reports, Call call, CancellationToken cancel)
    {
        await rows.GetAsync(run, call.Caller.ReadableGroups(), cancel);
        return TypedResults.Ok(await reports.BuildAsync(run, cancel));
    }

    private static (DateTime? At, string? Id) Place(string? cursor)
    {
        if (Cursor.Read(cursor) is not { } key)
        {
            return (null, null);
        }

        var parts = key.Split(' ');
        return parts.Length == 2 && DateTime.TryParse(
            parts[0], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at)
            ? (at, parts[1])
            : throw ApiRefusals.Field("cursor", "It is not of this list.", "Use next as it is.");
    }
}
