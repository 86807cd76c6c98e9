using System.Text.RegularExpressions;

namespace Runbooks.ControlPlane.Runs;

/// <summary>What the procedures take back themselves when they are aborted. Pure.</summary>
/// <remarks>
/// A procedure that runs without a document hears an abort as a cancel. What it then does stands in its README:
/// a set-up removes what it made until its catch-up has ended (each further standby for itself); a removal leaves the
/// protection until the arbiter's row is closed, then goes on to its end; a point that was made stays.
/// </remarks>
internal static partial class ProcedureUndo
{
    private const string Setup = "setup";
    private const string Removal = "unprotect";
    private const string Points = "recovery-point";

    private static readonly Dictionary<string, string> SetupUndo = new()
    {
        ["2"] = "removing what was made at the standby",
        ["3"] = "stopping the tracking and dropping the arbiter's row it made",
        ["4"] = "removing the copy",
    };

    /// <summary>What stopping one step means, where that step is a procedure of its own.</summary>
    private static readonly Dictionary<string, string> Stopped = new()
    {
        ["drill.isolated"] = "stopped; its tear-down removes what it made and proves that nothing is left",
        ["group.protect"] = "stopped; what it made is removed unless the copy is in sync",
        ["group.reprotect"] = "stopped; what it made is removed unless the copy is in sync",
    };

    /// <summary>The steps of a procedure as a plan's: which of them act, what undoes them, what cannot be.</summary>
    public static IReadOnlyList<RunPlanNode> Nodes(
        string kind, IReadOnlyList<RunPlanNode> nodes, IReadOnlyList<StepView> steps) => kind switch
        {
            Setup => [.. nodes.Where(n => !IsUndoing(n.Path)).Select(n => OfSetup(n, steps))],
            Removal => [.. nodes.Select(n => n with
            {
                Acts = !n.Path.StartsWith('1'), Irreversible = n.Path.StartsWith('4') || n.Path.StartsWith('5'),
            })],
            Points => [.. nodes.Select(n => n with { Irreversible = n.Path.StartsWith('2') })],
            _ => nodes,
        };

    public static bool IsUndoing(string path) => Undoing().IsMatch(path);

    public static string StoppedText(RunPlanNode node) => Stopped.GetValueOrDefault(node.Kind, "stopped");

    public static string KeptText(string kind, RunPlanNode node) => (kind, node.Irreversible) switch
    {
        (_, true) => "cannot be undone: it stays as it is",
        (Setup, _) => "the copy is in sync: it stays until the protection is removed",
        (Removal, _) => "stays; the removal can be asked for again",
        (Points, _) => "the recovery point stays",
        _ => "says no way to undo it: it stays",
    };

    public static string PastText(string kind) => kind switch
    {
        Removal => "The arbiter's row is closed: the protection cannot be had back.",
        Points => "A recovery point that was dropped is gone.",
        _ => "The point of no return is passed: what is fenced stays fenced, and the way back is a failback.",
    };

    private static RunPlanNode OfSetup(RunPlanNode node, IReadOnlyList<StepView> steps)
    {
        // A further standby is set up by a child whose steps stand below "6/SITE/".
        if (Numbered().Match(node.Path) is not { Success: true } path)
        {
            return node with { Acts = false };
        }

        var (scope, number) = (path.Groups["scope"].Value, path.Groups["number"].Value);
        var inSync = steps.Any(s => s.Path == $"{scope}5" && s.State == "succeeded");
        return node with
        {
            Acts = number != "1", Compensation = inSync ? null : SetupUndo.GetValueOrDefault(number),
        };
    }

    [GeneratedRegex("^(?<scope>(6/[^/]+/)?)(?<number>[1-7])$")]
    private static partial Regex Numbered();

    [GeneratedRegex("(^|/)undo(-[a-z]+)?$")]
    private static partial Regex Undoing();
}
