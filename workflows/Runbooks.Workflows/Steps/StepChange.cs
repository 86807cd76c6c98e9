using Runbooks.Domain.States;

namespace Runbooks.Workflows.Steps;

/// <summary>
/// One change of one step's state. Written into the run's history as the memo field <see cref="MemoKey"/>, so that the control plane projects
/// steps and audit records from history alone: no activity is ever called for book-keeping.
/// </summary>
/// <param name="Index">1 and up within the workflow: changes have an order of their own.</param>
/// <param name="Path">The step: a number of the procedure (<c>3</c>) or a path of the plan (<c>databases[db-1].start</c>).</param>
/// <param name="Title">For people.</param>
/// <param name="State">Its new state.</param>
/// <param name="At">The workflow's clock: history time, the same on replay.</param>
/// <param name="Detail">Result, reason or question, in words.</param>
public sealed record StepChange(int Index, string Path, string Title, StepState State, DateTime At, string Detail)
{
    /// <summary>Name of the memo field.</summary>
    public const string MemoKey = "step";

    /// <summary>What is asked while <see cref="State"/> is asking; null otherwise.</summary>
    public Question? Question { get; init; }
}

/// <summary>A question to people.</summary>
/// <param name="Id">Answers name it.</param>
/// <param name="Text">What is asked, with the facts.</param>
/// <param name="Choices">The only answers.</param>
/// <param name="Of">Role of those who may answer: <c>operator</c>, <c>approver</c>, <c>admin</c>.</param>
/// <param name="Deadline">When the default takes effect.</param>
/// <param name="Default">The choice without an answer.</param>
public sealed record Question(string Id, string Text, IReadOnlyList<string> Choices, string Of, DateTime Deadline, string Default);
