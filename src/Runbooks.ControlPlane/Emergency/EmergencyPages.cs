using System.Text;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Runs;
using static Runbooks.ControlPlane.Emergency.EmergencyHtml;

namespace Runbooks.ControlPlane.Emergency;

/// <summary>The bodies of the emergency pages. Pure: views in, HTML out; everything from outside is encoded.</summary>
internal static class EmergencyPages
{
    /// <param name="watched">The page reads itself again; only where somebody asked for it, because it moves what
    /// is being read.</param>
    public static string Overview(
        IReadOnlyList<OverviewGroup> groups, IReadOnlyList<RunView> runs, DateTime now, bool watched)
    {
        var html = new StringBuilder($"<p>As of {now:yyyy-MM-dd HH:mm:ss} UTC. ").Append(watched
            ? "The page reads itself again every 10 s. <a href=\"/emergency\">Stop that</a></p>"
            : "<a href=\"/emergency\">Read it again</a> · "
                + "<a href=\"/emergency?watch\">Read it again every 10 s</a></p>");
        html.Append("<h2>Groups</h2><table><tr><th>Group<th>State<th>Exposure<th>Readiness<th>Run<th>Paper</tr>");
        foreach (var group in groups)
        {
            html.Append($"<tr><td><b>{E(group.Title)}</b>{(group.Title == group.Id ? "" : $"<br>{E(group.Id)}")}")
                .Append($"<td><span class=\"{ClassOf(group.State)}\">{E(group.State)}</span><br>{E(group.Cause)}")
                .Append($"<td>{E(group.Exposure.Text)}<td>{E(group.Readiness.State)}");
            foreach (var reason in group.Readiness.Reasons.Take(5))
            {
                html.Append($"<br>{E(reason.Text)}");
            }

            html.Append(group.RunInFlight is { } run ? $"<td><a href=\"/emergency/runs/{E(run)}\">{E(run)}</a>"
                : "<td>none")
                .Append($"<td><a href=\"/emergency/groups/{E(group.Id)}/sheet\">Break-glass sheet</a></tr>");
        }

        html.Append("</table><h2>Runs in flight or waiting</h2>");
        if (runs.Count == 0)
        {
            return html.Append("<p>None.</p>").ToString();
        }

        html.Append("<table><tr><th>Run<th>What<th>State<th>Waits for</tr>");
        foreach (var run in runs)
        {
            html.Append($"<tr><td><a href=\"/emergency/runs/{E(run.Id)}\">{E(run.Id)}</a>")
                .Append($"<td>{(run.Real ? "REAL" : "TEST")} {E(run.Kind)} of {E(run.Group)}<br>{E(run.Reason)}")
                .Append($"<td>{E(run.State)}<td>{E(WaitsFor(run))}</tr>");
        }

        return html.Append("</table>").ToString();
    }

    public static string Run(RunView run, IReadOnlyList<StepView> steps, AbortPreview abort, string? antiforgery)
    {
        var html = new StringBuilder(run.Real
            ? $"<p class=\"real\"><b>REAL</b> run on group <b>{E(run.Group)}</b></p>"
            : "<p class=\"good\"><b>TEST</b>: production is not touched</p>");
        html.Append($"<p>{E(run.Kind)}, {E(run.Runbook)} version {E(run.Version)}, ")
            .Append($"asked for by {E(run.RequestedBy)}: {E(run.Reason)}</p>")
            .Append($"<p class=\"{ClassOf(run.State)}\">State: {E(run.State)}, ")
            .Append($"{E(Math.Round(run.ElapsedSeconds ?? 0))} s so far")
            .Append(run.RtoSeconds is { } rto ? $", objective {E(rto)} s" : "").Append("</p>")
            .Append($"<p class=\"noprint\"><a href=\"/emergency/runs/{E(run.Id)}\">Read it again</a></p>");
        html.Append("<table><tr><th>Step<th>State<th>Since<th>Detail</tr>");
        foreach (var step in steps)
        {
            html.Append($"<tr><td>{E(step.Title)}<br>{E(step.Path)}<td>{E(step.State)}")
                .Append($"<td>{E(step.EndedAt ?? step.StartedAt)}<td>{E(step.Detail)}</tr>");
        }

        html.Append("</table>");
        if (run is { State: "requested", ApprovalsNeeded: > 0 })
        {
            html.Append(Decide(run, antiforgery));
        }

        if (run.Asking is { } question)
        {
            html.Append(Answer(run, question, antiforgery));
        }

        return html.Append(Abort(run, abort, antiforgery)).ToString();
    }

    private static string Decide(RunView run, string? antiforgery) =>
        $"""
        <h2>Approve or reject</h2>
        <p>{E(run.ApprovalsGiven)} of {E(run.ApprovalsNeeded)} given, asked of {E(run.ApproverRole)},
        until {E(run.ApprovalsExpireAt)}. Your decision is bound to plan {E(run.PlanHash)}.</p>
        <form method="post" action="/emergency/runs/{E(run.Id)}/decide">{Hidden(antiforgery)}
          <input type="hidden" name="planHash" value="{E(run.PlanHash)}">
          <label>Why <input name="reason" required minlength="3"></label>
          <button name="decision" value="approved">Approve</button>
          <button name="decision" value="rejected">Reject</button>
        </form>
        """;

    private static string Answer(RunView run, QuestionView question, string? antiforgery) =>
        $"""
        <h2>It asks {E(question.Of)}</h2>
        <p class="wait">{E(question.Text)}</p>
        <p>Until {E(question.Deadline)}; without an answer: {E(question.Default)}.</p>
        <form method="post" action="/emergency/runs/{E(run.Id)}/answer">{Hidden(antiforgery)}
          <input type="hidden" name="question" value="{E(question.Id)}">
          <label>Why <input name="reason" required minlength="3"></label>
          {string.Concat(question.Choices.Select(c => $"<button name=\"choice\" value=\"{E(c)}\">{E(c)}</button> "))}
        </form>
        """;

    private static string Abort(RunView run, AbortPreview abort, string? antiforgery)
    {
        if (!abort.CanAbort)
        {
            return "";
        }

        var lists = string.Concat(new[]
        {
            List("Undone", abort.Undone), List("Stopped", abort.Stopped), List("Waited for", abort.WaitedFor),
            List("Stays", abort.Kept),
        });
        return $"""
            <h2>Abort</h2><p>{E(abort.Summary)}</p>{lists}
            <form method="post" action="/emergency/runs/{E(run.Id)}/abort">{Hidden(antiforgery)}
              <label>Why <input name="reason" required minlength="3"></label>
              <label>Type the group's name, {E(run.Group)} <input name="confirm" required autocomplete="off"></label>
              <button>Abort this run</button>
            </form>
            """;
    }

    private static string List(string title, IReadOnlyList<AbortStep> steps) => steps.Count == 0
        ? ""
        : $"<p><b>{title}</b></p><ul>{string.Concat(steps.Select(s => $"<li>{E(s.Path)}: {E(s.Text)}</li>"))}</ul>";

    private static string WaitsFor(RunView run) => run.Asking is { } asked
        ? $"{asked.Of}: {asked.Text}"
        : run is { State: "requested", ApprovalsNeeded: > 0 }
            ? $"approval by {run.ApproverRole}, {run.ApprovalsGiven} of {run.ApprovalsNeeded} given"
            : "";

    public static string ClassOf(string state) => state switch
    {
        "protected" or "succeeded" or "ready" => "good",
        "not-protected" or "degraded" or "unknown" or "unprotected" or "failed" or "not-ready" => "bad",
        _ => "wait",
    };
}
