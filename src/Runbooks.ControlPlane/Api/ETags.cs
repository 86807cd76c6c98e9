using System.Globalization;

namespace Runbooks.ControlPlane.Api;

/// <summary>Versions of rows as entity tags: <c>"7"</c>.</summary>
internal static class ETags
{
    public static void Set(HttpContext context, long version) =>
        context.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>Refuses when the request names another version. Without If-Match the last writer wins, as HTTP has it.</summary>
    public static void Require(HttpContext context, string what, string id, long current)
    {
        var asked = context.Request.Headers.IfMatch.ToString();
        if (asked.Length > 0 && asked != "*" && asked != string.Create(CultureInfo.InvariantCulture, $"\"{current}\""))
        {
            throw ApiRefusals.Changed(what, id, current);
        }
    }
}
