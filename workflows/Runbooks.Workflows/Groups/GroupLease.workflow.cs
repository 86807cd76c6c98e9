using Runbooks.Domain.Ids;

namespace Runbooks.Workflows.Groups;

/// <summary>
/// Holds a group for one run: its workflow id <c>group/{id}</c> can run only once, so a second run is refused by the engine itself. It ends
/// with its parent.
/// </summary>
[Workflow("GroupLease")]
public sealed class GroupLeaseWorkflow
{
    private bool released;

    /// <summary>The id that stands for a group.</summary>
    public static string IdOf(GroupId group) => $"group/{group}";

    /// <summary>Ends the lease.</summary>
    [WorkflowSignal]
    public Task ReleaseAsync()
    {
        released = true;
        return Task.CompletedTask;
    }

    /// <summary>Waits for the release.</summary>
    /// <param name="holder">The run that holds the group: shown to those who are refused.</param>
    [WorkflowRun]
    public Task RunAsync(string holder) => Workflow.WaitConditionAsync(() => released);
}
