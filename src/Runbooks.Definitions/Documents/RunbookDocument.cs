using Runbooks.Domain.Ids;
using Runbooks.Domain.States;

namespace Runbooks.Definitions.Documents;

/// <summary>A runbook: one model behind the file, the designer and the API.</summary>
/// <param name="Metadata">What it is called and whose it is.</param>
/// <param name="Spec">What it does.</param>
public sealed record RunbookDocument(RunbookMetadata Metadata, RunbookSpec Spec)
{
    /// <summary>The only version there is.</summary>
    public const string ApiVersion = "runbooks/v1";

    /// <summary>The only kind there is.</summary>
    public const string Kind = "Runbook";
}

/// <summary>What a runbook is called and whose it is.</summary>
/// <param name="Name">Unique: a slug.</param>
/// <param name="Title">For people; the name when left out.</param>
/// <param name="Owner">The team that answers for it; empty when left out.</param>
/// <param name="Labels">Free words.</param>
public sealed record RunbookMetadata(RunbookName Name, string Title, string Owner, IReadOnlyDictionary<string, string> Labels);

/// <summary>What a runbook does.</summary>
/// <param name="For">The kind of run.</param>
/// <param name="Group">The application group it acts on; null when the run names it.</param>
/// <param name="Objectives">What is promised.</param>
/// <param name="Inputs">What a start must or may give.</param>
/// <param name="Approvals">Who must agree.</param>
/// <param name="Defaults">For steps that say nothing themselves.</param>
/// <param name="Steps">The graph.</param>
public sealed record RunbookSpec(
    RunKind For,
    string? Group,
    Objectives Objectives,
    IReadOnlyList<InputDefinition> Inputs,
    Approvals Approvals,
    StepDefaults Defaults,
    IReadOnlyList<StepDefinition> Steps);

/// <summary>What is promised.</summary>
/// <param name="Rto">Longest time until service is restored; null when nothing is promised.</param>
/// <param name="Rpo">Most that may be lost, as time; null when nothing is promised.</param>
public sealed record Objectives(TimeSpan? Rto, TimeSpan? Rpo);

/// <summary>One input of a run.</summary>
/// <param name="Name">How references name it.</param>
/// <param name="Type"><c>text</c>, <c>integer</c>, <c>boolean</c>, <c>duration</c>, <c>site</c>, <c>workload</c> or
/// <c>recoveryPoint</c>.</param>
/// <param name="Required">Whether a start without it is refused.</param>
/// <param name="Default">Used when a start leaves it out; null for none.</param>
/// <param name="MinLength">For text: fewest characters.</param>
/// <param name="Title">For people.</param>
public sealed record InputDefinition(string Name, string Type, bool Required, string? Default, int MinLength, string Title);

/// <summary>Who must agree before a run starts.</summary>
/// <param name="Real">For runs that act on production; null for nobody.</param>
/// <param name="Drill">For drills; null for nobody.</param>
public sealed record Approvals(ApprovalRule? Real, ApprovalRule? Drill);

/// <summary>One approval rule.</summary>
/// <param name="Of">Role of those who may approve.</param>
/// <param name="Count">How many must.</param>
/// <param name="NotRequester">Whether the requester's own approval counts for nothing; default true.</param>
/// <param name="Expires">How long an approval holds.</param>
public sealed record ApprovalRule(AccessRole Of, int Count, bool NotRequester, TimeSpan Expires);

/// <summary>For steps that say nothing themselves.</summary>
/// <param name="Timeout">Of one step, all attempts; null takes the kind's own.</param>
/// <param name="Retry">Null takes the kind's own.</param>
/// <param name="OnFailure">Null means <c>fail</c>.</param>
public sealed record StepDefaults(TimeSpan? Timeout, RetryRule? Retry, OnFailure? OnFailure);

/// <summary>How a failing step is tried again.</summary>
/// <param name="Attempts">Tries in all; 1 is no retry.</param>
/// <param name="Initial">Wait before the second try.</param>
/// <param name="Factor">Each further wait is this many times longer.</param>
/// <param name="Max">Longest wait.</param>
public sealed record RetryRule(int Attempts, TimeSpan Initial, double Factor, TimeSpan Max);
