using Runbooks.Temporal.Exceptions;

namespace Runbooks.Temporal.Worker.Language;

/// <summary>Which exceptions end a workflow; all others only fail the task, which is then retried.</summary>
internal sealed class FailureRules(IEnumerable<Type> failureTypes)
{
    private readonly Type[] types = [.. failureTypes];

    internal bool FailsWorkflow(Exception e) =>
        e is FailureException or OperationCanceledException || types.Any(t => t.IsInstanceOfType(e));
}
