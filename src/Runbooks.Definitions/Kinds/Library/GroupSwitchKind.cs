namespace Runbooks.Definitions.Kinds.Library;

/// <summary>
/// Drains the living primary, swaps the roles in one decision and opens the other site. Nothing is lost and nothing
/// is copied.
/// </summary>
internal static class GroupSwitchKind
{
    public static readonly StepKind Entry = new(
        "group.switch", 1, "Group", "Planned switch",
        "Drains the living primary, swaps the roles in one decision and opens the other site. Nothing is lost and nothing is copied.")
    {
        With =
        [
            new FieldSpec("to", FieldType.Site, "The new primary.") { Required = true },
        ],
        Outputs =
        [
            new FieldSpec("generation", FieldType.Integer, "The new generation."),
            new FieldSpec("pauseMilliseconds", FieldType.Any, "Longest pause of writes."),
            new FieldSpec("exports", FieldType.Any, "Export names by workload and disk."),
        ],
        Acts = true,
        Reversible = false,
        Place = StepPlace.Site,
    };
}
