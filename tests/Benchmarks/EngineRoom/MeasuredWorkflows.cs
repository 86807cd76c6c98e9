using System.Diagnostics;
using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Tests.Benchmarks.EngineRoom;

/// <summary>Starts and ends: one workflow task.</summary>
[Workflow]
internal sealed class NoOperationWorkflow
{
    [WorkflowRun]
    public Task RunAsync()
    {
        WorkflowLoad.FirstRan.TryAdd(Workflow.Info.WorkflowId, Stopwatch.GetTimestamp());
        return Task.CompletedTask;
    }
}

/// <summary>Five steps, one after the other, as a runbook has them.</summary>
[Workflow]
internal sealed class FiveActivitiesWorkflow
{
    [WorkflowRun]
    public async Task RunAsync()
    {
        WorkflowLoad.FirstRan.TryAdd(Workflow.Info.WorkflowId, Stopwatch.GetTimestamp());
        for (var step = 0; step < 5; step++)
        {
            await Workflow.ExecuteActivityAsync(
                nameof(NoActivities.Nothing), [], new() { StartToCloseTimeout = TimeSpan.FromSeconds(30) });
        }
    }
}

/// <summary>An activity that costs nothing of its own.</summary>
internal sealed class NoActivities
{
    [Activity]
    public void Nothing()
    {
    }
}
