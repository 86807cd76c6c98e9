namespace Runbooks.Definitions.Kinds.Library;

/// <summary>Sends what the site lacks until every acknowledged write is there.</summary>
internal static class GroupCatchUpKind
{
    public static readonly StepKind Entry = new(
        "group.catch-up", 1, "Group", "Catch up",
        "Sends what the site lacks until every acknowledged write is there.")
    {
        With =
        [
            new FieldSpec("to", FieldType.Site, "The site to bring in sync.") { Required = true },
        ],
        Outputs =
        [
            new FieldSpec("sentBytes", FieldType.Integer, "Payload sent."),
        ],
        Acts = true,
        Place = StepPlace.Site,
        Timeout = TimeSpan.FromHours(12),
    };
}
