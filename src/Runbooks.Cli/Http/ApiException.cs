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
        0 or 429 or 503 => ExitCodes.NotReady,
        // Nobody decides their own request: somebody else must.
        _ when Code == "RB-RUN-003" => ExitCodes.NeedsApproval,
        // A site that is to take part is not connected.
        _ when Code == "RB-PROTECT-002" => ExitCodes.NotReady,
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
        // The standard's detail repeats cause and correction; it counts where there are none, from a proxy for example.
        Add(lines, problem, "Cause", problem["cause"] is null ? "detail" : "cause");
        Add(lines, problem, "Correction", "correction");
        return new ApiException(status, problem, string.Join("\n  ", lines));
    }

    private static void Add(List<string> lines, JsonObject problem, string label, string key)
    {
        if (problem[key]?.ToString() is { Length: > 0 } text)
        {
            lines.Add($"{label}: {text}");
        }
    }
}
