using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Runbooks.ControlPlane.Security;

namespace Runbooks.Tests.Integration.ControlPlane;

/// <summary>An HTTP client with cookies that sends the antiforgery value, as the console does.</summary>
internal sealed class Browser : IDisposable
{
    private readonly CookieContainer _cookies = new();

    public Browser(ControlPlaneFixture plane) =>
        Http = new HttpClient(new SocketsHttpHandler { CookieContainer = _cookies, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(plane.Host.Addresses.Api),
        };

    public HttpClient Http { get; }

    public IReadOnlyList<string> SetCookies { get; private set; } = [];

    public Task<HttpResponseMessage> TryAsync(object body) =>
        Http.PostAsync("/api/v1/session", JsonContent.Create(body));

    public async Task<JsonNode> SignInAsync(object body)
    {
        Http.DefaultRequestHeaders.Remove(BrowserSession.Header);
        var answer = await TryAsync(body);
        var session = await Task.FromResult(answer).OkAsync();
        SetCookies = [.. answer.Headers.GetValues("Set-Cookie")];
        Http.DefaultRequestHeaders.Add(BrowserSession.Header, (string)session["antiforgery"]!);
        return session;
    }

    public void Dispose() => Http.Dispose();
}
