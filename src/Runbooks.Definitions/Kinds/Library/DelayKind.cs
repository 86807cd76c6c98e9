namespace Runbooks.Definitions.Kinds.Library;

/// <summary>Waits.</summary>
internal static class DelayKind
{
    public static readonly StepKind Entry = new(
        "delay", 1, "Flow", "Delay",
        "Waits.")
    {
        With =
        [
            new FieldSpec("for", FieldType.Duration, "How long.") { Required = true },
        ],
        Timeout = TimeSpan.FromDays(7),
    };
}
