namespace Runbooks.Definitions.Kinds.Library;

/// <summary>
/// Starts the machines of one tier where the group now lives, each on its volumes, and waits for the gate.
/// </summary>
internal static class GroupStartWaveKind
{
    public static readonly StepKind Entry = new(
        "group.start-wave", 1, "Workload", "Start a wave",
        "Starts the machines of one tier where the group now lives, each on its volumes, and waits for the gate.")
    {
        With =
        [
            new FieldSpec("wave", FieldType.Text, "The tier to start; empty starts every machine.") { Default = "" },
            new FieldSpec("gate", FieldType.Object, "A check that must pass before the next wave.") { Fields =
                [
                    new FieldSpec("tcp", FieldType.Text, "host:port that must accept a connection."),
                    new FieldSpec("http", FieldType.Url, "URL that must answer."),
                    new FieldSpec("expect", FieldType.Integer, "HTTP status that is right.") { Default = "200" },
                    new FieldSpec("within", FieldType.Duration, "How long to keep trying.") { Default = "3m" },
                ] },
        ],
        Outputs =
        [
            new FieldSpec("started", FieldType.Any, "Workloads that were started."),
        ],
        Acts = true,
        Place = StepPlace.Site,
    };
}
