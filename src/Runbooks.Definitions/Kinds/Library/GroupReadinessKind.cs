namespace Runbooks.Definitions.Kinds.Library;

/// <summary>
/// Checks that every member of the group could be moved to the site now: agent alive, copy in sync, space, mappings.
/// </summary>
internal static class GroupReadinessKind
{
    public static readonly StepKind Entry = new(
        "group.readiness", 1, "Group", "Check readiness",
        "Checks that every member of the group could be moved to the site now: agent alive, copy in sync, space, mappings.")
    {
        With =
        [
            new FieldSpec("to", FieldType.Site, "The site to move to.") { Required = true },
        ],
        Outputs =
        [
            new FieldSpec("ready", FieldType.Boolean, "Whether everything is ready."),
            new FieldSpec("findings", FieldType.Any, "What is not."),
        ],
        Place = StepPlace.Control,
        CheckMode = "observe",
    };
}
