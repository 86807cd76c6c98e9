namespace Runbooks.Definitions.Kinds.Library;

/// <summary>
/// Asks the arbiter, fences the old primary for ever, seals and opens
/// the other site. Past the fence it only goes forward.
/// </summary>
internal static class GroupFailoverKind
{
    public static readonly StepKind Entry = new(
        "group.failover", 1, "Group", "Fail over",
        "Asks the arbiter, fences the old primary for ever, seals and opens the other site. Past the fence it only goes forward.")
    {
        With =
        [
            new FieldSpec("to", FieldType.Site, "The new primary.") { Required = true },
            new FieldSpec("point", FieldType.RecoveryPoint, "State to take.") { Default = "latest" },
        ],
        Outputs =
        [
            new FieldSpec("generation", FieldType.Integer, "The new generation."),
            new FieldSpec("lossBytes", FieldType.Any, "What was accepted as lost; 0 when proven complete."),
            new FieldSpec("exports", FieldType.Any, "Export names by workload and disk."),
        ],
        Acts = true,
        Reversible = false,
        Place = StepPlace.Site,
    };
}
