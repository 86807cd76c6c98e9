namespace Runbooks.Definitions.Kinds.Library;

/// <summary>Meets the returned site, catches it up in reverse, then switches to it as planned.</summary>
internal static class GroupFailBackKind
{
    public static readonly StepKind Entry = new(
        "group.fail-back", 1, "Group", "Fail back",
        "Meets the returned site, catches it up in reverse, then switches to it as planned.")
    {
        With =
        [
            new FieldSpec("to", FieldType.Site, "The site to return to.") { Required = true },
        ],
        Outputs =
        [
            new FieldSpec("sentBytes", FieldType.Integer, "Payload sent."),
            new FieldSpec("pauseMilliseconds", FieldType.Any, "Longest pause of writes."),
            new FieldSpec("generation", FieldType.Integer, "The new generation."),
        ],
        Acts = true,
        Reversible = false,
        Place = StepPlace.Site,
        Timeout = TimeSpan.FromHours(24),
    };
}
