namespace Runbooks.Definitions.Kinds.Library;

/// <summary>
/// Asks a person to do something outside and say so. Marked as asserted, not observed, in the report.
/// </summary>
internal static class ManualKind
{
    public static readonly StepKind Entry = new(
        "manual", 1, "People", "Manual task",
        "Asks a person to do something outside and say so. Marked as asserted, not observed, in the report.")
    {
        With =
        [
            new FieldSpec("instructions", FieldType.Text, "What to do.") { Required = true },
            new FieldSpec("of", FieldType.Text, "Role that may answer.") { Default = "operator", Allowed = ["operator", "approver", "admin"] },
            new FieldSpec("expires", FieldType.Duration, "How long it waits.") { Default = "4h" },
            new FieldSpec("default", FieldType.Text, "What no answer means.") { Default = "abort", Allowed = ["abort", "done"] },
        ],
        Outputs =
        [
            new FieldSpec("by", FieldType.Text, "Who did it."),
            new FieldSpec("note", FieldType.Text, "What they wrote."),
        ],
        Acts = true,
        Timeout = TimeSpan.FromDays(7),
    };
}
