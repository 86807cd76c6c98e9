using Runbooks.Workflows.ReplicationSetup;
using Runbooks.Workflows.Steps;
using Runbooks.Workflows.Unprotect;

namespace Runbooks.ControlPlane.Runs;

/// <summary>The plan of a procedure without a document: its steps so far, then those of its README. Pure.</summary>
internal static class ProcedurePlans
{
    public static IReadOnlyList<RunPlanNode> Of(RunView run, IReadOnlyList<StepView> steps)
    {
        var known = steps.Select(s => (s.Path, s.Title, s.Site)).ToList();
        // What an ended run, or one that undoes, never came to will not come any more.
        var isOpen = run.EndedAt is null && run.State != "aborting" && !steps.Any(s => ProcedureUndo.IsUndoing(s.Path));
        var coming = isOpen ? Coming(run, known.ConvertAll(k => k.Path)) : [];
        var all = known.Concat(coming.Select(c => (c.Path, c.Title, Site: (string?)null))).ToList();
        return ProcedureUndo.Nodes(
            run.Kind,
            [.. all.Select((s, i) => new RunPlanNode(
                s.Path, "", s.Title, "", i == 0 ? [] : [all[i - 1].Path], null, "site", s.Site, s.Title, true, false,
                null, 0, 0, "fail", []))],
            steps);
    }

    private static IEnumerable<ProcedureStep> Coming(RunView run, List<string> known)
    {
        IReadOnlyList<ProcedureStep> steps = run.Kind switch
        {
            "setup" => SetupSteps.All,
            "unprotect" when run.Inputs.GetValueOrDefault("onlyCopies") == "true" => UnprotectSteps.OfCopies,
            "unprotect" => UnprotectSteps.All,
            _ => [],
        };
        return steps.Where(t => !known.Any(k => k == t.Path || k.StartsWith($"{t.Path}/", StringComparison.Ordinal)));
    }
}
