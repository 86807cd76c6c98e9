using System.Text.Json.Nodes;

namespace Runbooks.Cli.Http;

/// <summary>Makes the one-time address that signs a browser in as the caller of the interface.</summary>
internal static class SignInLink
{
    public static async Task<string> MakeAsync(ApiClient api, CancellationToken cancellationToken)
    {
        var made = await api.PostAsync("/api/v1/session/links", new JsonObject(), cancellationToken);
        return new Uri(new Uri(api.Address), made!["path"]!.ToString()).ToString();
    }
}
