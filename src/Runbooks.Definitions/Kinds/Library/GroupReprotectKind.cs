namespace Runbooks.Definitions.Kinds.Library;

/// <summary>
/// Brings a returned or new site in as standby and catches it up; only the difference is sent where there is one.
/// </summary>
internal static class GroupReprotectKind
{
    public static readonly StepKind Entry = new(
        "group.reprotect", 1, "Group", "Protect again",
        "Brings a returned or new site in as standby and catches it up; only the difference is sent where there is one.")
    {
        With =
        [
            new FieldSpec("to", FieldType.Site, "The new standby.") { Required = true },
        ],
        Outputs =
        [
            new FieldSpec("sentBytes", FieldType.Integer, "Payload sent."),
            new FieldSpec("keptPoints", FieldType.Any, "Recovery points that keep diverged writes."),
        ],
        Acts = true,
        Place = StepPlace.Site,
        Timeout = TimeSpan.FromHours(24),
    };
}
