namespace Runbooks.Definitions.Kinds.Library;

/// <summary>Makes a copy of every member at the site and brings it in sync. Guests never stop.</summary>
internal static class GroupProtectKind
{
    public static readonly StepKind Entry = new(
        "group.protect", 1, "Group", "Protect the group",
        "Makes a copy of every member at the site and brings it in sync. Guests never stop.")
    {
        With =
        [
            new FieldSpec("to", FieldType.Site, "The site that holds the copies.") { Required = true },
        ],
        Outputs =
        [
            new FieldSpec("copiedBytes", FieldType.Integer, "Payload sent by full copies."),
        ],
        Acts = true,
        Place = StepPlace.Site,
        Timeout = TimeSpan.FromHours(24),
    };
}
