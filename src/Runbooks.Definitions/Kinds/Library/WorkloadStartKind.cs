namespace Runbooks.Definitions.Kinds.Library;

/// <summary>Starts one machine where its volumes are served.</summary>
internal static class WorkloadStartKind
{
    public static readonly StepKind Entry = new(
        "workload.start", 1, "Workload", "Start a machine",
        "Starts one machine where its volumes are served.")
    {
        With =
        [
            new FieldSpec("workload", FieldType.Workload, "Which machine.") { Required = true },
        ],
        Outputs =
        [
            new FieldSpec("running", FieldType.Boolean, "Whether it runs."),
            new FieldSpec("detail", FieldType.Text, "What the driver said."),
        ],
        Acts = true,
        Place = StepPlace.Site,
    };
}
