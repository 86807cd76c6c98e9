using System.Text.Json.Nodes;
using Runbooks.Cli.Http;

namespace Runbooks.Cli.Commands;

/// <summary>Reads a list page by page up to a limit.</summary>
internal static class Pages
{
    /// <summary>What the API gives at most in one page.</summary>
    public const int LimitMax = 1000;

    /// <summary>One answer with all items; <c>next</c> stays in it when there is more than the limit.</summary>
    public static async Task<JsonObject> ReadAsync(
        ApiClient api, string path, IReadOnlyList<string> query, int limit, CancellationToken cancellationToken)
    {
        var items = new JsonArray();
        string? next = null;
        do
        {
            List<string> asked = [.. query, $"limit={Math.Min(LimitMax, limit - items.Count)}"];
            if (next is not null)
            {
                asked.Add($"cursor={Uri.EscapeDataString(next)}");
            }

            var page = (await api.GetAsync($"{path}?{string.Join('&', asked)}", cancellationToken))!.AsObject();
            foreach (var item in page["items"]!.AsArray().Take(limit - items.Count))
            {
                items.Add(item?.DeepClone());
            }

            next = (string?)page["next"];
        }
        while (next is not null && items.Count < limit);

        var all = new JsonObject { ["items"] = items };
        if (next is not null)
        {
            all["next"] = next;
        }

        return all;
    }
}
