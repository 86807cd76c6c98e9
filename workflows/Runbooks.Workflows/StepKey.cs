using Runbooks.Domain.Units;

namespace Runbooks.Workflows;

/// <summary>
/// The idempotency key of every activity: the same run, step and generation is the same operation, however often it is delivered. Sites
/// remember the result by it and answer a repeat with that result.
/// </summary>
/// <param name="Run">The run, or the workflow id for work that belongs to no run.</param>
/// <param name="Step">The step's path in the plan: <c>databases[db-1].start</c>.</param>
/// <param name="Generation">The generation the step was decided under; a site that knows a higher one refuses.</param>
public sealed record StepKey(string Run, string Step, Generation Generation)
{
    /// <summary><c>run/step/generation</c>: what sites store.</summary>
    public override string ToString() => $"{Run}/{Step}/{Generation}";
}
