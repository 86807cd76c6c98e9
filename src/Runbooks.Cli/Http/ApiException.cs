using System.Text.Json.Nodes;

namespace Runbooks.Cli.Http;

/// <summary>The control plane said no, or nobody answered.</summary>
internal sealed class ApiException(int status, JsonObject? problem, string message) : Exception(message)
{
    /// <summary>HTTP status; 0 when nobody answered.</summary>
    public int Status { get; } = status;

    /// <summary>The refusal's code; empty without one.</summary>
    public string Code { get; } = problem?["code"]?.ToString() ?? string.Empty;

    /// <summary>What a script is told.</summary>
    public int ExitCode => Status switch
    {
        0 or 503 => ExitCodes.NotReady,
        _ when Code.Contains("APPROVAL", StringComparison.Ordinal) => ExitCodes.NeedsApproval,
        _ => ExitCodes.Failed,
    };

    /// <summary>Message, cause and correction of a problem document.</summary>
    public static ApiException From(int status, string body)
    {
        JsonObject? problem = null;
        try
        {
            problem = JsonNode.Parse(body) as JsonObject;
        }
        catch (System.Text.Json.JsonException)
        {
            // Not from our API: shown as it came.
        }

        if (problem is null)
        {
            return new ApiException(status, null, $"The control plane answered {status}: {body}");
        }

        var lines = new List<string> { $"{problem["code"]} {problem["title"]}".Trim() };
        Add(lines, problem, "Field", "field");
        Add(lines, problem, "Cause", "cause");
        Add(lines, problem, "Cause", "detail");
        Add(lines, problem, "Correction", "correction");
        return new ApiException(status, problem, string.Join("\n  ", lines));
    }

    private static void Add(List<string> lines, JsonObject problem, string label, string key)
    {
        if (problem[key]?.ToString() is { Length: > 0 } text && !lines.Exists(l => l.EndsWith(text, StringComparison.Ordinal)))
        {
            lines.Add($"{label}: {text}");
        }
    }
}
