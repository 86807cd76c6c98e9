using Runbooks.SiteAgent.Machines;
using Runbooks.Temporal.Activities;
using Runbooks.Workflows.Sites;

namespace Runbooks.SiteAgent.Activities;

/// <summary>The machine activities of this site.</summary>
public sealed class MachineActivities(MachineRegistry machines) : IMachineActivities
{
    /// <inheritdoc/>
    [Activity]
    public Task<MachineResult> StartMachineAsync(StartMachineRequest request) => ActivityBoundary.RunAsync(() =>
        machines.StartAsync(request, ActivityExecutionContext.Current.CancellationToken));

    /// <inheritdoc/>
    [Activity]
    public Task<MachineResult> StopMachineAsync(StopMachineRequest request) => ActivityBoundary.RunAsync(() =>
        machines.StopAsync(request, ActivityExecutionContext.Current.CancellationToken));

    /// <inheritdoc/>
    [Activity]
    public Task<MachineResult> CheckMachineAsync(StopMachineRequest request) => ActivityBoundary.RunAsync(() =>
        machines.CheckAsync(request, ActivityExecutionContext.Current.CancellationToken));
}
