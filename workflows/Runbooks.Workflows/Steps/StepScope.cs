using Runbooks.Domain.Units;

namespace Runbooks.Workflows.Steps;

/// <summary>
/// Keeps the keys of one run's procedures apart. A person's retry starts a procedure anew, and a document may name the same procedure
/// twice: then "quiesce" is another operation, and the site must not answer with what it did the first time.
/// </summary>
internal static class StepScope
{
    /// <summary>The key of a step of this procedure: its place below the run, then its own name.</summary>
    public static StepKey Key(string run, string step, Generation generation) => new(run, Prefix() + step, generation);

    // A child's id is its parent's, then the step that started it with its attempt: switch#2/failover.
    private static string Prefix()
    {
        var (own, root) = (Workflow.Info.WorkflowId, Workflow.Info.Root?.WorkflowId ?? Workflow.Info.Parent?.WorkflowId);
        return root is not null && own.StartsWith($"{root}/", StringComparison.Ordinal) ? $"{own[(root.Length + 1)..]}/" : string.Empty;
    }
}
