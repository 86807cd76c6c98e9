namespace Runbooks.Definitions.Kinds.Library;

/// <summary>Fails the step when the condition is false: a stated expectation between steps.</summary>
internal static class ConditionKind
{
    public static readonly StepKind Entry = new(
        "condition", 1, "Flow", "Check a condition",
        "Fails the step when the condition is false: a stated expectation between steps.")
    {
        With =
        [
            new FieldSpec("value", FieldType.Text, "Left side.") { Required = true },
            new FieldSpec("is", FieldType.Text, "What it must be."),
            new FieldSpec("isNot", FieldType.Text, "What it must not be."),
            new FieldSpec("message", FieldType.Text, "What to tell when it is false.") { Default = "The condition is false." },
        ],
    };
}
