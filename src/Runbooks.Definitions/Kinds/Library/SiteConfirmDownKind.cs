namespace Runbooks.Definitions.Kinds.Library;

/// <summary>
/// Asks independent observers whether they reach the site. Fails when too few say that it is down; a person may
/// override with a reason.
/// </summary>
internal static class SiteConfirmDownKind
{
    public static readonly StepKind Entry = new(
        "site.confirm-down", 1, "Site", "Confirm that a site is down",
        "Asks independent observers whether they reach the site. Fails when too few say that it is down; a person may override with a reason.")
    {
        With =
        [
            new FieldSpec("site", FieldType.Site, "The site that is said to be down.") { Required = true },
            new FieldSpec("observers", FieldType.Integer, "How many observers must agree.") { Default = "1", Minimum = 1 },
            new FieldSpec("within", FieldType.Duration, "How long each observer tries.") { Default = "5s" },
        ],
        Outputs =
        [
            new FieldSpec("down", FieldType.Boolean, "Whether enough observers agree."),
            new FieldSpec("observations", FieldType.Any, "What each observer saw."),
        ],
        Place = StepPlace.Control,
        CheckMode = "observe",
    };
}
