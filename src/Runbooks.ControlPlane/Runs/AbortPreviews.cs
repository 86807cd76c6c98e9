namespace Runbooks.ControlPlane.Runs;

/// <summary>What an abort would do now, by the interpreter's own rules. Pure.</summary>
/// <remarks>
/// The rules are those of the interpreter's README, 5: nothing more starts; what
/// runs is cancelled unless it cannot be undone, then its end is waited for; what
/// was done is undone in reverse where it says how; the rest stays and is listed.
/// Procedures without a document undo by rules of their own: <see cref="ProcedureUndo"/>.
/// </remarks>
internal static class AbortPreviews
{
    private static readonly string[] Over = ["succeeded", "failed", "aborted"];

    public static AbortPreview Of(RunView run, IReadOnlyList<RunPlanNode> nodes, IReadOnlyList<StepView> steps)
    {
        var states = steps.ToDictionary(s => s.Path);
        var plain = nodes.Where(n => n.Frame is null).ToList();
        var done = plain.Where(n => n.Acts && StateOf(n) == "succeeded")
            .OrderByDescending(n => states[n.Path].EndedAt).ToList();
        var open = plain.Where(n => StateOf(n) is "running" or "asking" or "ready" or "waiting").ToList();
        var undone = done.Where(n => n.Compensation is not null)
            .Select(n => Step(n, n.Compensation, $"undone by {n.Compensation}"))
            .Concat(open.Where(n => n is { Acts: true, Irreversible: false, Compensation: not null })
                .Select(n => Step(n, n.Compensation, $"stopped, then undone by {n.Compensation}"))).ToList();
        var kept = done.Where(n => n.Compensation is null)
            .Select(n => Step(n, null, ProcedureUndo.KeptText(run.Kind, n))).ToList();
        var waited = open.Where(n => n.Irreversible)
            .Select(n => Step(n, null, "cannot be stopped half-way: its end is waited for")).ToList();
        var stopped = open.Where(
            n => n is { Irreversible: false, Compensation: null } or { Acts: false, Irreversible: false })
            .Select(n => Step(n, null, ProcedureUndo.StoppedText(n))).ToList();
        var never = plain.Where(n => !states.ContainsKey(n.Path)).Select(n => Step(n, null, "never started")).ToList();
        var past = done.Concat(open).Any(n => n.Irreversible && StateOf(n) is "succeeded" or "running");
        var can = !Over.Contains(run.State) && run.State != "aborting";
        return new AbortPreview(
            run.Id, can, past, Summary(run, can, past, undone.Count, kept.Count, never.Count), undone, stopped, waited,
                kept,
            never);

        string? StateOf(RunPlanNode node) => states.GetValueOrDefault(node.Path)?.State;
    }

    private static string Summary(RunView run, bool can, bool past, int undone, int kept, int never) => !can
        ? $"The run is {run.State}: there is nothing to abort."
        : $"{(never == 0 ? "Nothing more starts" : $"{never} steps never start")}, {undone} are undone, {kept} stay as "
            + $"they are. {(past ? ProcedureUndo.PastText(run.Kind) : "Nothing irreversible was done yet.")}";

    private static AbortStep Step(RunPlanNode node, string? by, string text) =>
        new(node.Path, node.Title, node.Kind, by, text);
}
