namespace Runbooks.Definitions.Kinds.Library;

/// <summary>Waits until the driver says that the machine is healthy.</summary>
internal static class WorkloadCheckKind
{
    public static readonly StepKind Entry = new(
        "workload.check", 1, "Workload", "Check a machine",
        "Waits until the driver says that the machine is healthy.")
    {
        With =
        [
            new FieldSpec("workload", FieldType.Workload, "Which machine.") { Required = true },
        ],
        Outputs =
        [
            new FieldSpec("detail", FieldType.Text, "What the driver said."),
        ],
        Place = StepPlace.Site,
    };
}
