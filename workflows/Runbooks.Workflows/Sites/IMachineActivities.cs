using Runbooks.Domain.Ids;
using Runbooks.Domain.Workloads;

namespace Runbooks.Workflows.Sites;

/// <summary>The protected machine at a site, through its workload driver. Run on <c>site/{id}</c>.</summary>
public interface IMachineActivities
{
    /// <summary>Starts the machine on the given exports. Starting a running one is not an error.</summary>
    [Activity]
    Task<MachineResult> StartMachineAsync(StartMachineRequest request);

    /// <summary>Stops the machine. Stopping a stopped one is not an error.</summary>
    [Activity]
    Task<MachineResult> StopMachineAsync(StopMachineRequest request);

    /// <summary>Asks the driver whether the machine is healthy. Fails (retryable) while it is not.</summary>
    [Activity]
    Task<MachineResult> CheckMachineAsync(StopMachineRequest request);
}

/// <summary>Starts a machine.</summary>
/// <param name="Key">Idempotency key; a drill's machines belong to its run and are removed by its tear-down.</param>
/// <param name="Workload">What to start.</param>
/// <param name="Exports">Export name by disk name.</param>
/// <param name="NbdAddress">Where the exports are.</param>
/// <param name="IsDrill">True puts it into the isolated network and gives it a name of its own.</param>
public sealed record StartMachineRequest(
    StepKey Key,
    WorkloadMetadata Workload,
    IReadOnlyDictionary<string, string> Exports,
    string NbdAddress,
    bool IsDrill);

/// <summary>Names a machine.</summary>
/// <param name="Key">Idempotency key.</param>
/// <param name="Workload">Which workload.</param>
/// <param name="IsDrill">True for the drill's machine of this run, false for the real one.</param>
public sealed record StopMachineRequest(StepKey Key, WorkloadMetadata Workload, bool IsDrill);

/// <summary>A machine's state after the call.</summary>
/// <param name="Workload">Which workload.</param>
/// <param name="Driver">Which driver acted; <c>none</c> says that nothing was started.</param>
/// <param name="IsRunning">Whether it runs.</param>
/// <param name="Detail">What the driver said, capped.</param>
public sealed record MachineResult(WorkloadId Workload, string Driver, bool IsRunning, string Detail);
