using Runbooks.Domain.Ids;

namespace Runbooks.Domain.Workloads;

/// <summary>
/// What a recovered machine needs beside its disks. Stored with the protection and inside every recovery point.
/// </summary>
/// <param name="Id">The workload.</param>
/// <param name="Title">For people.</param>
/// <param name="Group">The application group.</param>
/// <param name="Tier">A word that waves select by: <c>database</c>, <c>app</c>, <c>web</c>.</param>
/// <param name="CpuCount">Virtual processors.</param>
/// <param name="MemoryMiB">Memory in MiB.</param>
/// <param name="Firmware"><c>bios</c> or <c>uefi</c>.</param>
/// <param name="Disks">In boot order.</param>
/// <param name="Nics">Network cards and their mappings.</param>
/// <param name="Driver">How the machine is started, stopped and probed.</param>
public sealed record WorkloadMetadata(
    WorkloadId Id,
    string Title,
    GroupId Group,
    string Tier,
    int CpuCount,
    int MemoryMiB,
    string Firmware,
    IReadOnlyList<DiskMetadata> Disks,
    IReadOnlyList<NicMetadata> Nics,
    WorkloadDriver Driver);

/// <summary>One disk of a workload.</summary>
/// <param name="Volume">The volume that holds it.</param>
/// <param name="Name">Unique in the workload: <c>disk0</c>.</param>
/// <param name="SizeBytes">Its size; the same at every site.</param>
public sealed record DiskMetadata(VolumeId Volume, string Name, long SizeBytes);

/// <summary>One network card and where it goes at each site.</summary>
/// <param name="Name">Unique in the workload: <c>nic0</c>.</param>
/// <param name="Mac">Hardware address, or null to let the driver choose.</param>
/// <param name="Mappings">By site name: what network and address it has there.</param>
/// <param name="DrillMapping">The isolated network of a drill.</param>
public sealed record NicMetadata(
    string Name,
    string? Mac,
    IReadOnlyDictionary<string, NetworkMapping> Mappings,
    NetworkMapping? DrillMapping);

/// <summary>A network and an address in it.</summary>
/// <param name="Network">The network's name at the site.</param>
/// <param name="Address">IP address, or null for DHCP.</param>
public sealed record NetworkMapping(string Network, string? Address);

/// <summary>How a machine is started, stopped and probed.</summary>
/// <param name="Kind"><c>none</c> (says so in the report), <c>command</c> (argument lists) or <c>qemu</c>.</param>
/// <param name="Start">For <c>command</c>: the argument list that starts it; placeholders <c>{export}</c>,
/// <c>{socket}</c>, <c>{workload}</c>, <c>{mode}</c>.</param>
/// <param name="Stop">For <c>command</c>: the argument list that stops it.</param>
/// <param name="Health">For <c>command</c>: the argument list whose exit code 0 means healthy; null when there is
/// none.</param>
/// <param name="TimeoutSeconds">For each of the three; default 60.</param>
public sealed record WorkloadDriver(
    string Kind,
    IReadOnlyList<string>? Start = null,
    IReadOnlyList<string>? Stop = null,
    IReadOnlyList<string>? Health = null,
    int TimeoutSeconds = 60);
