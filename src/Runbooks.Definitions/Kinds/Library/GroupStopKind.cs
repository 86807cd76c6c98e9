namespace Runbooks.Definitions.Kinds.Library;

/// <summary>Stops the machines of the group at the site where they run, in reverse order of tiers.</summary>
internal static class GroupStopKind
{
    public static readonly StepKind Entry = new(
        "group.stop", 1, "Workload", "Stop the group",
        "Stops the machines of the group at the site where they run, in reverse order of tiers.")
    {
        With =
        [
            new FieldSpec("reverse", FieldType.Boolean, "Last tier first.") { Default = "true" },
        ],
        Acts = true,
        Place = StepPlace.Site,
    };
}
