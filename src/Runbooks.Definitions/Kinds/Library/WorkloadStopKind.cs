namespace Runbooks.Definitions.Kinds.Library;

/// <summary>Stops one machine.</summary>
internal static class WorkloadStopKind
{
    public static readonly StepKind Entry = new(
        "workload.stop", 1, "Workload", "Stop a machine",
        "Stops one machine.")
    {
        With =
        [
            new FieldSpec("workload", FieldType.Workload, "Which machine.") { Required = true },
        ],
        Outputs =
        [
            new FieldSpec("running", FieldType.Boolean, "Whether it still runs."),
        ],
        Acts = true,
        Place = StepPlace.Site,
    };
}
