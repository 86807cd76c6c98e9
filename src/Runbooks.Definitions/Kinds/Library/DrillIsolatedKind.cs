namespace Runbooks.Definitions.Kinds.Library;

/// <summary>
/// Inventory, clone from a recovery point, start in isolation, probe,
/// tear down, inventory again. Production is never touched.
/// </summary>
internal static class DrillIsolatedKind
{
    public static readonly StepKind Entry = new(
        "drill.isolated", 1, "Drill", "Isolated drill",
        "Inventory, clone from a recovery point, start in isolation, probe, tear down, inventory again. Production is never touched.")
    {
        With =
        [
            new FieldSpec("site", FieldType.Site, "The standby site.") { Required = true },
            new FieldSpec("point", FieldType.RecoveryPoint, "State to take.") { Default = "latest" },
            new FieldSpec("hold", FieldType.Duration, "How long people may look.") { Default = "0s" },
            new FieldSpec("machines", FieldType.Boolean, "Whether to start the machines.") { Default = "true" },
        ],
        Outputs =
        [
            new FieldSpec("recoverySeconds", FieldType.Any, "Measured recovery time."),
            new FieldSpec("pointSeconds", FieldType.Any, "Age of the state."),
            new FieldSpec("lossSeconds", FieldType.Any,
                "What a disaster at the start would have lost; absent when unknown."),
            new FieldSpec("isolation", FieldType.Any,
                "How each machine was kept from production's network, as its driver proves it."),
            new FieldSpec("findings", FieldType.Any, "What was not as it should be."),
            new FieldSpec("residue", FieldType.Any, "What was left; empty when clean."),
            new FieldSpec("unseen", FieldType.Any, "Sites that could not be looked at, and why; empty when all were."),
            new FieldSpec("passed", FieldType.Boolean, "Whether the objectives were met."),
        ],
        Acts = true,
        Place = StepPlace.Site,
        Timeout = TimeSpan.FromHours(8),
    };
}
