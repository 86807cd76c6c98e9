namespace Runbooks.Definitions.Kinds.Library;

/// <summary>Tells people, once.</summary>
internal static class NotifyKind
{
    public static readonly StepKind Entry = new(
        "notify", 1, "People", "Notify",
        "Tells people, once.")
    {
        With =
        [
            new FieldSpec("severity", FieldType.Text, "How urgent.") { Default = "info", Allowed = ["info", "warning", "alert"] },
            new FieldSpec("title", FieldType.Text, "One line.") { Required = true },
            new FieldSpec("text", FieldType.Text, "What happened and what to do.") { Default = "" },
        ],
        Acts = true,
        Place = StepPlace.Control,
    };
}
