using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Runbooks.Cli.Output;

/// <summary>How one value is written in a table. Machines read json; here only people are served.</summary>
internal static class Shape
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static string Text(JsonNode? value) => value switch
    {
        null => "-",
        JsonArray list => list.Count == 0 ? "-" : string.Join(",", list.Select(Text)),
        JsonObject nested => nested.ToJsonString(),
        _ => value.GetValueKind() switch
        {
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            _ => value.ToString() is { Length: > 0 } text ? text : "-",
        },
    };

    /// <summary>Bytes in binary units, one decimal: 1.5 GiB.</summary>
    public static string Bytes(JsonNode? value) => value is null ? "-" : Bytes(value.GetValue<double>());

    public static string Bytes(double bytes)
    {
        var unit = 0;
        while (bytes >= 1024 && unit < Units.Length - 1)
        {
            (bytes, unit) = (bytes / 1024, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.#} {Units[unit]}");
    }

    /// <summary>Seconds as the two largest units that matter: 3d4h, 2h05m, 1m09s, 4.2s.</summary>
    public static string Seconds(JsonNode? value) => value is null ? "-" : Seconds(value.GetValue<double>());

    public static string Seconds(double seconds)
    {
        var span = TimeSpan.FromSeconds(seconds);
        return span switch
        {
            { TotalDays: >= 1 } => $"{(int)span.TotalDays}d{span.Hours}h",
            { TotalHours: >= 1 } => $"{(int)span.TotalHours}h{span.Minutes:00}m",
            { TotalMinutes: >= 1 } => $"{(int)span.TotalMinutes}m{span.Seconds:00}s",
            _ => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#}s"),
        };
    }

    /// <summary>A moment in UTC to the second: logs of two sites are compared by it.</summary>
    public static string Time(JsonNode? value) =>
        value is not null && DateTimeOffset.TryParse(
            value.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : "-";

    public static string Whole(JsonNode? value) =>
        value is null ? "-" : value.GetValue<double>().ToString("0", CultureInfo.InvariantCulture);

    /// <summary>Links of a volume: <c>site-b:in-sync</c>, with what is still dirty.</summary>
    public static string Links(JsonNode? value) => value is not JsonArray { Count: > 0 } links
        ? "-"
        : string.Join(", ", links.OfType<JsonObject>().Select(l =>
            $"{l["peer"]}:{l["state"]}"
                + ((long?)l["dirtyBytes"] is > 0 and { } dirty ? $" {Bytes(dirty)} dirty" : "")));

    /// <summary>Roles of a person: <c>operator@group:payments</c>.</summary>
    public static string Roles(JsonNode? value) => value is not JsonArray { Count: > 0 } roles
        ? "-"
        : string.Join(",", roles.OfType<JsonObject>().Select(r =>
            $"{r["role"]}" + (r["site"] is { } site ? $"@site:{site}" : "")
                + (r["group"] is { } group ? $"@group:{group}" : "")));
}
