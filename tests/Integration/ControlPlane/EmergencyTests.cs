using System.Net;
using System.Text.RegularExpressions;
using Runbooks.ControlPlane.Hosting;

namespace Runbooks.Tests.Integration.ControlPlane;

/// <summary>The page without script, walked as a browser would; and what browsers are told about the console.</summary>
public sealed partial class EmergencyTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("rb-web-").FullName;
    private ControlPlaneFixture _plane = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_root, "index.html"), "<meta name=\"csp-nonce\" content=\"__CSP_NONCE__\">");
        Directory.CreateDirectory(Path.Combine(_root, "assets"));
        await File.WriteAllTextAsync(Path.Combine(_root, "assets", "app.js"), "plain");
        await File.WriteAllTextAsync(Path.Combine(_root, "assets", "app.js.br"), "squeezed");
        _plane = await ControlPlaneFixture.StartAsync(o => o with
        {
            WebRoot = _root, ConsolePeers = ["https://cp-b.example:7780"],
        });
        await _plane.Admin.PostAsync("/api/v1/groups", new { id = "payments", title = "<b>Payments</b>" }, key: null)
            .OkAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _plane.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Emergency_WithoutScript_SignsInShowsAndSignsOut()
    {
        using var browser = new Browser(_plane);
        browser.Http.DefaultRequestHeaders.Add("Accept", "text/html");
        var form = await browser.Http.GetStringAsync("/emergency");
        Assert.Contains("action=\"/emergency/sign-in\"", form, StringComparison.Ordinal);
        Assert.DoesNotContain("payments", form, StringComparison.Ordinal);
        var wrong = await PostAsync(
            browser, "/emergency/sign-in", ("user", "nobody"), ("password", "wrong but long enough"));
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Contains("The sign-in is refused", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var token = (await File.ReadAllTextAsync(ControlPlaneHost.AdminTokenFile(_plane.Options))).Trim();
        Assert.Equal(HttpStatusCode.Redirect, (await PostAsync(browser, "/emergency/sign-in", ("token", token)))
            .StatusCode);

        var page = await browser.Http.GetStringAsync("/emergency");
        Assert.Contains("&lt;b&gt;Payments&lt;/b&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        var sheet = await browser.Http.GetStringAsync("/emergency/groups/payments/sheet");
        Assert.Contains("run start failover-unplanned --group payments", sheet, StringComparison.Ordinal);
        // The command line's own option: a sheet that names another one fails the person who types it at 04:00.
        Assert.Contains("runbooks --api http", sheet, StringComparison.Ordinal);

        var forged = await PostAsync(browser, "/emergency/sign-out", ("antiforgery", "guess"));
        Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
        var antiforgery = Antiforgery().Match(page).Groups[1].Value;
        Assert.Equal(HttpStatusCode.Redirect, (
            await PostAsync(browser, "/emergency/sign-out", ("antiforgery", antiforgery))).StatusCode);
        Assert.Contains("sign-in", await browser.Http.GetStringAsync("/emergency"), StringComparison.Ordinal);
        var away = await browser.Http.GetAsync("/emergency/groups/payments/sheet");
        Assert.Equal("/emergency", away.Headers.Location?.ToString());
    }

    [Fact]
    public async Task Console_FirstPage_AllowsOnlyItsOwnStylesAndNoInlineScript()
    {
        var answer = await _plane.Person(null).GetAsync("/runs/anything");
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        var nonce = Nonce().Match(await answer.Content.ReadAsStringAsync()).Groups[1].Value;
        Assert.NotEmpty(nonce);
        Assert.Contains($"style-src 'self' 'nonce-{nonce}';", policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self' https://cp-b.example:7780;", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-", policy, StringComparison.Ordinal);
        var emergency = await _plane.Person(null).GetAsync("/emergency");
        Assert.DoesNotContain(
            "script-src", emergency.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asset_CompressedByTheBuild_IsSentAsItIs()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/assets/app.js");
        request.Headers.Add("Accept-Encoding", "gzip, br");
        var answer = await _plane.Person(null).SendAsync(request);
        Assert.Equal("br", answer.Content.Headers.ContentEncoding.Single());
        Assert.Equal("text/javascript", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("squeezed", await answer.Content.ReadAsStringAsync());
        Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal("plain", await _plane.Person(null).GetStringAsync("/assets/app.js"));
    }

    [Theory]
    [InlineData("https://cp-b.example:7780", true)]
    [InlineData("https://evil.example", false)]
    public async Task Page_OfAConfiguredPeer_MayCallAndNoOther(string origin, bool may)
    {
        var asked = new HttpRequestMessage(HttpMethod.Options, "/api/v1/overview");
        asked.Headers.Add("Origin", origin);
        asked.Headers.Add("Access-Control-Request-Method", "GET");
        var answer = await _plane.Person(null).SendAsync(asked);
        Assert.Equal(may, answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal(may, answer.StatusCode == HttpStatusCode.NoContent);
    }

    private static Task<HttpResponseMessage> PostAsync(
        Browser browser, string path, params (string Name, string Value)[] fields) =>
        browser.Http.PostAsync(
            path, new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))));

    [GeneratedRegex("name=\"antiforgery\" value=\"([^\"]+)\"")]
    private static partial Regex Antiforgery();

    [GeneratedRegex("content=\"([^\"]+)\"")]
    private static partial Regex Nonce();
}
