using System.Net;
using System.Net.Http.Json;
using Dapper;
using Npgsql;

namespace Runbooks.Tests.Integration.ControlPlane;

/// <summary>What a caller of the API may do wrong beside a malformed request.</summary>
public sealed class CallerRefusalTests : IAsyncLifetime
{
    private ControlPlaneFixture _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlaneFixture.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task Secret_AskedForTwice_IsNotShownAgainAndNotMadeAgain()
    {
        var made = await _plane.Admin.PostAsync("/api/v1/tokens", new { name = "ci" }, "once").OkAsync();
        var problem =
            await _plane.Admin.PostAsync("/api/v1/tokens", new { name = "ci" }, "once").RefusedAsync(409, "RB-API-011");
        Assert.DoesNotContain((string)made["token"]!, problem.ToJsonString(), StringComparison.Ordinal);
        var tokens = (await _plane.Admin.GetAsync("/api/v1/tokens").OkAsync())["items"]!.AsArray();
        Assert.Single(tokens, t => (string?)t!["name"] == "ci");
    }

    [Fact]
    public async Task Change_ByCookieWithoutThePagesHeader_IsNotMade()
    {
        using var browser = new HttpClient(new SocketsHttpHandler { UseCookies = true })
        {
            BaseAddress = new Uri(_plane.Host.Addresses.Api),
        };
        await SignInAsync(browser);
        await browser.GetAsync("/api/v1/groups", TestContext.Current.CancellationToken).OkAsync();
        await browser.PostAsync("/api/v1/groups", new { id = "forged" }, key: null).RefusedAsync(403, "RB-API-012");
        Assert.Empty((await _plane.Admin.GetAsync("/api/v1/groups").OkAsync())["items"]!.AsArray());

        var session = await browser.GetAsync("/api/v1/session", TestContext.Current.CancellationToken).OkAsync();
        browser.DefaultRequestHeaders.Add("X-Runbooks-Antiforgery", (string)session["antiforgery"]!);
        await browser.PostAsync("/api/v1/groups", new { id = "meant" }, key: null).OkAsync();
    }

    [Fact]
    public async Task Secrets_GuessedAtFullSpeed_AreHeldUp()
    {
        for (var guess = 0; guess < 200; guess++)
        {
            var answer = await _plane.Person(null).PostAsJsonAsync(
                "/api/v1/session", new { token = $"rbk_{guess}" }, TestContext.Current.CancellationToken);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Assert.NotNull(answer.Headers.RetryAfter);
                await Task.FromResult(answer).RefusedAsync(429, "RB-API-013");
                return;
            }

            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        Assert.Fail("200 guesses were answered");
    }

    [Fact]
    public async Task Request_ThatMeetsAFaultOfOurs_IsAReportWithoutOurInsides()
    {
        await using var database = new NpgsqlConnection(_plane.Options.Postgres);
        await database.ExecuteAsync("alter table control.groups rename to groups_away");
        var problem =
            await _plane.Admin.PostAsync("/api/v1/groups", new { id = "one" }, "k").RefusedAsync(500, "RB-BUG-001");
        Assert.DoesNotContain("control.groups", problem.ToJsonString(), StringComparison.Ordinal);
        await database.ExecuteAsync("alter table control.groups_away rename to groups");
        await _plane.Admin.PostAsync("/api/v1/groups", new { id = "one" }, "k").OkAsync();
        var trail = await _plane.Admin.GetAsync("/api/v1/audit?kind=group.created").OkAsync();
        Assert.Single(trail["items"]!.AsArray());
    }

    private async Task SignInAsync(HttpClient browser)
    {
        var answer = await browser.PostAsJsonAsync(
            "/api/v1/session", new { token = _plane.AdminToken }, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode,
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        // The cookie is for TLS; on loopback the connection is plain, so it is sent by hand as a browser would over
        // TLS.
        var cookie = answer.Headers.GetValues("Set-Cookie").First().Split(';')[0];
        browser.DefaultRequestHeaders.Add("Cookie", cookie);
    }
}
