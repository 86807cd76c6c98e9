namespace Runbooks.Definitions.Kinds.Library;

/// <summary>One request under the allow-list, with an idempotency key.</summary>
internal static class HttpCallKind
{
    public static readonly StepKind Entry = new(
        "http.call", 1, "Network", "HTTP request",
        "One request under the allow-list, with an idempotency key.")
    {
        With =
        [
            new FieldSpec("method", FieldType.Text, "HTTP method.") { Default = "POST", Allowed = ["GET", "POST", "PUT", "DELETE"] },
            new FieldSpec("url", FieldType.Url, "Where.") { Required = true },
            new FieldSpec("headers", FieldType.Map, "Header values; secrets by reference."),
            new FieldSpec("body", FieldType.Text, "Text body."),
            new FieldSpec("expect", FieldType.Integer, "Status that is right; every 2xx when left out."),
        ],
        Outputs =
        [
            new FieldSpec("status", FieldType.Integer, "HTTP status."),
            new FieldSpec("body", FieldType.Text, "First 64 KiB."),
        ],
        Acts = true,
        Reversible = false,
        Place = StepPlace.Control,
    };
}
