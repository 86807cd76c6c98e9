namespace Runbooks.Definitions.Kinds.Library;

/// <summary>Connects or asks from a site until the answer is right.</summary>
internal static class ProbeKind
{
    public static readonly StepKind Entry = new(
        "probe", 1, "Network", "Probe",
        "Connects or asks from a site until the answer is right.")
    {
        With =
        [
            new FieldSpec("site", FieldType.Site, "From where; the control plane when left out.") { Default = "" },
            new FieldSpec("tcp", FieldType.Text, "host:port that must accept a connection."),
            new FieldSpec("http", FieldType.Url, "URL that must answer."),
            new FieldSpec("expect", FieldType.Integer, "HTTP status that is right.") { Default = "200" },
            new FieldSpec("contains", FieldType.Text, "Text the body must have."),
            new FieldSpec("within", FieldType.Duration, "How long to keep trying.") { Default = "1m" },
        ],
        Outputs =
        [
            new FieldSpec("milliseconds", FieldType.Any, "How long the last try took."),
            new FieldSpec("detail", FieldType.Text, "What answered."),
        ],
        Place = StepPlace.Site,
        CheckMode = "observe",
    };
}
