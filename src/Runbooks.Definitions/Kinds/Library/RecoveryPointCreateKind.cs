namespace Runbooks.Definitions.Kinds.Library;

/// <summary>Makes a crash-consistent point of every member at one instant.</summary>
internal static class RecoveryPointCreateKind
{
    public static readonly StepKind Entry = new(
        "recovery-point.create", 1, "Data", "Make a recovery point",
        "Makes a crash-consistent point of every member at one instant.")
    {
        With =
        [
            new FieldSpec("site", FieldType.Site, "Where; the primary when left out.") { Default = "" },
        ],
        Outputs =
        [
            new FieldSpec("points", FieldType.Any, "Recovery point ids by workload."),
        ],
        Acts = true,
        Place = StepPlace.Site,
    };
}
