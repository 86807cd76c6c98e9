using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Workloads;

namespace Runbooks.SiteAgent.Machines;

/// <summary>Why a machine cannot be started.</summary>
internal static class MachineRefusals
{
    public static Refusal UnknownDriver(WorkloadMetadata workload, IEnumerable<string> known) => new(
        RefusalCodes.MachineUnknownDriver,
        $"Workload {workload.Id} has no driver that this site knows.",
        $"Its driver is '{workload.Driver.Kind}'.",
        $"Choose one of: {string.Join(", ", known)}.")
    {
        Field = "workload.driver.kind",
    };

    public static Refusal NotServed(WorkloadMetadata workload, string disk, SiteId site) => new(
        RefusalCodes.MachineNotServed,
        $"Machine {workload.Id} cannot start at {site}.",
        $"Its disk {disk} is not served there: this site is not its primary.",
        "Start it at the primary, or fail over first.");

    public static Refusal CommandMissing(WorkloadMetadata workload, string field) => new(
        RefusalCodes.MachineCommandMissing,
        $"Workload {workload.Id} has no {field} command.",
        "Its driver is 'command', which needs one.",
        $"Set driver.{field} to an argument list.")
    {
        Field = $"workload.driver.{field}",
    };
}
