namespace Runbooks.Definitions.Kinds.Library;

/// <summary>Asks one or more people to say yes. The answer is audited.</summary>
internal static class ApprovalKind
{
    public static readonly StepKind Entry = new(
        "approval", 1, "People", "Approval",
        "Asks one or more people to say yes. The answer is audited.")
    {
        With =
        [
            new FieldSpec("question", FieldType.Text, "What is asked.") { Required = true },
            new FieldSpec("of", FieldType.Text, "Role that may answer.") { Default = "approver", Allowed = ["operator", "approver", "admin"] },
            new FieldSpec("count", FieldType.Integer, "How many must say yes.") { Default = "1", Minimum = 1 },
            new FieldSpec("expires", FieldType.Duration, "How long it waits.") { Default = "1h" },
            new FieldSpec("default", FieldType.Text, "What no answer means.") { Default = "abort", Allowed = ["abort", "approve"] },
        ],
        Outputs =
        [
            new FieldSpec("approved", FieldType.Boolean, "Whether it was approved."),
            new FieldSpec("by", FieldType.Any, "Who answered."),
        ],
        Timeout = TimeSpan.FromDays(7),
    };
}
