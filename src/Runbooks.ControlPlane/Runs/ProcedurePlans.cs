namespace Runbooks.ControlPlane.Runs;

/// <summary>The plan of a procedure without a document: its steps so far, then those of its README. Pure.</summary>
internal static class ProcedurePlans
{
    private static readonly Dictionary<string, (string Path, string Title)[]> Titles = new()
    {
        ["setup"] =
        [
            ("1", "Check both sites"), ("2", "Create the standby"), ("3", "Begin tracking"), ("4", "Full copy"),
            ("5", "Catch up"), ("6", "First recovery point"), ("7", "Protected"),
        ],
        ["unprotect"] =
        [
            ("1", "Hold the group"), ("2", "Say so"), ("3", "Stop replication"), ("4", "Close the arbiter's row"),
            ("5", "Release the copies"), ("6", "Record"),
        ],
    };

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

    // Removing kept copies has nothing to stop and no row to close.
    private static IEnumerable<(string Path, string Title)> Coming(RunView run, List<string> known)
    {
        var isOnlyCopies = run.Inputs.GetValueOrDefault("onlyCopies") == "true";
        return Titles.GetValueOrDefault(run.Kind, [])
            .Where(t => !isOnlyCopies || t.Path is "1" or "5" or "6")
            .Where(t => !known.Any(k => k == t.Path || k.StartsWith($"{t.Path}/", StringComparison.Ordinal)));
    }
}
