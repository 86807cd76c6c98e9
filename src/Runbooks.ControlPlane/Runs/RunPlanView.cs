using System.Text.Json.Nodes;

namespace Runbooks.ControlPlane.Runs;

/// <summary>One node of a plan's graph.</summary>
/// <param name="Frame">begin or end for the frame of a block; absent for a step.</param>
/// <param name="Place">workflow (it waits, asks or decides), control (the control plane) or site (a site's
/// agent).</param>
/// <param name="Site">Which site, where the step's settings say so now; absent where the run decides it.</param>
/// <param name="Does">What it does to the world, in words.</param>
/// <param name="Compensation">The kind that undoes it; absent when nothing does.</param>
public sealed record RunPlanNode(
    string Path, string Kind, string Title, string Scope, IReadOnlyList<string> Needs, string? Frame, string Place,
    string? Site, string Does, bool Acts, bool Irreversible, string? Compensation, double TimeoutSeconds,
    double DelaySeconds, string OnFailure, JsonObject With);

/// <param name="Pinned">True for the plan the run was started with; false when only its steps so far are known.</param>
/// <param name="Layout">Where the designer drew the steps of this version; absent when it never did.</param>
public sealed record RunPlanView(
    string Run, bool Pinned, string? Runbook, int? Version, string? DocumentHash, IReadOnlyList<RunPlanNode> Nodes,
    JsonNode? Layout);

/// <summary>One recorded thing of a run, permanent: what a replay is made of.</summary>
/// <param name="Step">The step it is about, for kinds that begin with <c>step.</c>.</param>
public sealed record RunHistoryView(
    long Sequence, DateTime At, string Kind, string? Step, string? State, string? Title, string? Detail, string? Who,
    string? Reason, JsonNode Data);

/// <param name="Step">The step that made the call; absent when several ran at the time.</param>
/// <param name="Outcome">open, completed, failed, timed-out or cancelled.</param>
/// <param name="Record">Sequence of the audit record that proves it.</param>
public sealed record RunCallView(
    string Activity, string Target, string? Step, DateTime ScheduledAt, DateTime? EndedAt, int Attempts, string Outcome,
    string InputHash, string? OutputHash, string? Error, long Record);

/// <param name="Change">same, slower, faster, different (another end state), only-here or only-there.</param>
public sealed record StepComparison(
    string Path, string Title, string Change, string? State, double? Seconds, string? OtherState, double? OtherSeconds,
    double? DeltaSeconds);

public sealed record RunComparison(
    RunView Run, RunView Other, bool SameDocument, double? DeltaSeconds, IReadOnlyList<StepComparison> Steps);

public sealed record AbortStep(string Path, string Title, string Kind, string? By, string Text);

/// <summary>What an abort now would do.</summary>
/// <param name="PastNoReturn">True when something was done that nothing takes back.</param>
public sealed record AbortPreview(
    string Run, bool CanAbort, bool PastNoReturn, string Summary, IReadOnlyList<AbortStep> Undone,
    IReadOnlyList<AbortStep> Stopped, IReadOnlyList<AbortStep> WaitedFor, IReadOnlyList<AbortStep> Kept,
    IReadOnlyList<AbortStep> NeverStarted);
