namespace Runbooks.Definitions.Kinds.Library;

/// <summary>
/// Compares digests of both copies while writes go on. A difference fails the step and names the ranges.
/// </summary>
internal static class GroupCompareKind
{
    public static readonly StepKind Entry = new(
        "group.compare", 1, "Data", "Compare data",
        "Compares digests of both copies while writes go on. A difference fails the step and names the ranges.")
    {
        With =
        [
            new FieldSpec("with", FieldType.Site, "The other site.") { Required = true },
            new FieldSpec("ranges", FieldType.Integer, "How many ranges of 1 MiB per protection; 0 compares everything.") { Default = "64", Minimum = 0 },
        ],
        Outputs =
        [
            new FieldSpec("comparedBytes", FieldType.Integer, "How much was compared."),
        ],
        Place = StepPlace.Site,
        CheckMode = "observe",
        Timeout = TimeSpan.FromHours(6),
    };
}
