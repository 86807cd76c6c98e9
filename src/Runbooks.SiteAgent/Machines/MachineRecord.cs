using Runbooks.Domain.Workloads;

namespace Runbooks.SiteAgent.Machines;

/// <summary>A machine that this site has started and not stopped: what its folder's file holds.</summary>
/// <param name="Name">Unique at the site: the workload's name, or <c>drill-…</c> with the run's for a drill.</param>
/// <param name="Run">The run that started it.</param>
/// <param name="Workload">Its metadata at that time.</param>
/// <param name="IsDrill">Whether it belongs to a drill.</param>
/// <param name="Exports">NBD address of each disk, as URI by disk name.</param>
public sealed record MachineRecord(
    string Name,
    string Run,
    WorkloadMetadata Workload,
    bool IsDrill,
    IReadOnlyDictionary<string, string> Exports);
