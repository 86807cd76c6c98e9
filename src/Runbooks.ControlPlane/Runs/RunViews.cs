using System.Text.Json.Nodes;

namespace Runbooks.ControlPlane.Runs;

/// <param name="Runbook">Which runbook; its newest published version unless <paramref name="Version"/> says otherwise.</param>
/// <param name="Group">Needed when the document names no group.</param>
/// <param name="PlanHash">The plan that the caller was shown by explain; the start is refused when it is another one
/// by now.</param>
public sealed record RunBody(
    string Runbook, string Reason, int? Version, string? Group, IReadOnlyDictionary<string, string>? Inputs,
        string? PlanHash = null);

public sealed record RunView(
    string Id, string Kind, bool Real, string State, string? Runbook, int? Version, string? RunbookHash, string PlanHash,
    string? Group, string RequestedBy, string Reason, DateTime RequestedAt, DateTime? StartedAt, DateTime? EndedAt,
    int ApprovalsNeeded, int ApprovalsGiven, string ApproverRole, DateTime? ApprovalsExpireAt, double? RtoSeconds,
    double? RpoSeconds, double? ElapsedSeconds, string WorkflowId, QuestionView? Asking, JsonNode? Result,
    JsonNode? Failure)
{
    /// <summary>What the start was given: part of the plan that an approval binds.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    /// <summary>The site that the run moves to or acts on, where its inputs name one.</summary>
    public string? Target { get; init; }
}

/// <summary>What a run waits for a person to answer.</summary>
public sealed record QuestionView(
    string Id, string Step, string Text, IReadOnlyList<string> Choices, string Of, DateTime Deadline, string Default);

public sealed record StepView(
    string Path, int Ordinal, string Title, string State, DateTime? StartedAt, DateTime? EndedAt, double? Seconds, int Attempts,
    string? Site, string Detail, QuestionView? Question);

public sealed record DecisionBody(string Decision, string PlanHash, string Reason);

public sealed record DecisionView(
    string Id, string Run, string Approver, string Decision, string PlanHash, string Reason, DateTime At, DateTime ExpiresAt);

/// <param name="Signal">pause, resume, abort, answer, retry, skip or release.</param>
/// <param name="Question">For answer: which question; absent takes the one open question.</param>
/// <param name="Choice">For answer: one of the question's choices.</param>
/// <param name="Step">For retry and skip: the failed step; absent takes the one that asks.</param>
public sealed record SignalBody(string Signal, string? Reason, string? Question, string? Choice, string? Step);

/// <summary>What a start would do, without doing it.</summary>
public sealed record ExplainView(
    string Runbook, int? Version, string RunbookHash, string PlanHash, string Kind, bool Real, string Group, string Summary,
    ApprovalView? Approval, double? RtoSeconds, double? ForecastSeconds, string ForecastBasis,
    IReadOnlyDictionary<string, long> ExpectedGenerations, string Exposure, IReadOnlyList<ExplainStep> Steps);

public sealed record ApprovalView(string Of, int Count, double ExpiresSeconds);

public sealed record ExplainStep(
    string Path, string Kind, string Title, IReadOnlyList<string> Needs, bool Acts, bool Irreversible, bool Compensated,
    double TimeoutSeconds, double DelaySeconds, string OnFailure, double? ForecastSeconds, JsonObject With)
{
    /// <summary>workflow, control or site.</summary>
    public string Place { get; init; } = "";

    /// <summary>Which site, where the step's settings say so; absent where the run decides it.</summary>
    public string? Site { get; init; }

    /// <summary>What it would do to the world, in words.</summary>
    public string Does { get; init; } = "";

    /// <summary>The kind that undoes it; absent when nothing does.</summary>
    public string? Compensation { get; init; }
}
