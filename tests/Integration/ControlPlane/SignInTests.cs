using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Security;

namespace Runbooks.Tests.Integration.ControlPlane;

/// <summary>A browser's way in: token, password, second factor, link; and everything that keeps others out.</summary>
public sealed class SignInTests : IAsyncLifetime
{
    private const string Password = "copper lantern orbit";
    private ControlPlaneFixture _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlaneFixture.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task Session_ByToken_KnowsWhoAndWhatIsPermitted()
    {
        using var browser = new Browser(_plane);
        var session = await browser.SignInAsync(new { token = await TokenAsync("olga", "operator") });
        Assert.Equal("olga", (string)session["name"]!);
        var operations = session["operations"]!.AsArray().Select(o => (string)o!).ToList();
        Assert.Contains("startRun", operations);
        Assert.DoesNotContain("createUser", operations);
        Assert.Equal("olga", (string)(await browser.Http.GetAsync("/api/v1/session").OkAsync())["name"]!);
        var cookie = Assert.Single(browser.SetCookies);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Change_FromAnotherSite_IsRefused()
    {
        using var browser = new Browser(_plane);
        await browser.SignInAsync(new { token = await TokenAsync("olga", "operator") });
        var own = browser.Http.DefaultRequestHeaders.GetValues(BrowserSession.Header).Single();
        browser.Http.DefaultRequestHeaders.Remove(BrowserSession.Header);
        await browser.Http.PostAsync("/api/v1/groups", new { id = "payments" }, key: null).RefusedAsync(
            403, "RB-API-012");
        await browser.Http.DeleteAsync("/api/v1/session").RefusedAsync(403, "RB-API-012");
        browser.Http.DefaultRequestHeaders.Add(BrowserSession.Header, own[..^1] + (own[^1] == 'A' ? 'B' : 'A'));
        await browser.Http.PostAsync("/api/v1/groups", new { id = "payments" }, key: null).RefusedAsync(
            403, "RB-API-012");
        browser.Http.DefaultRequestHeaders.Remove(BrowserSession.Header);
        browser.Http.DefaultRequestHeaders.Add(BrowserSession.Header, own);
        await browser.Http.PostAsync("/api/v1/groups", new { id = "payments" }, key: null).OkAsync();
    }

    [Fact]
    public async Task Role_TakenAway_ActsAtOnceAndTheSessionEndsWithItsToken()
    {
        using var browser = new Browser(_plane);
        await browser.SignInAsync(new { token = await TokenAsync("olga", "operator") });
        await browser.Http.PostAsync("/api/v1/groups", new { id = "one" }, key: null).OkAsync();
        await _plane.Admin.PatchAsJsonAsync("/api/v1/users/olga", new { roles = new[] { new { role = "viewer" } } })
            .OkAsync();
        await browser.Http.PostAsync("/api/v1/groups", new { id = "two" }, key: null).RefusedAsync(403, "RB-API-004");
        var tokens = (await _plane.Admin.GetAsync("/api/v1/tokens").OkAsync())["items"]!.AsArray();
        var token = tokens.First(t => (string)t!["user"]! == "olga")!;
        await _plane.Admin.DeleteAsync($"/api/v1/tokens/{token["id"]}").OkAsync();
        await browser.Http.GetAsync("/api/v1/session").RefusedAsync(401, "RB-API-003");
    }

    [Fact]
    public async Task Password_GivenByAnAdministrator_MustBeChangedFirst()
    {
        await TokenAsync("olga", "operator");
        await _plane.Admin.PostAsync("/api/v1/users/olga/password", new { password = "short" }, key: null)
            .RefusedAsync(422, "RB-SIGNIN-005");
        var reset = await _plane.Admin.PostAsync("/api/v1/users/olga/password", new { }, key: null).OkAsync();
        using var browser = new Browser(_plane);
        var session = await browser.SignInAsync(new { user = "olga", password = (string)reset["password"]! });
        Assert.True((bool)session["mustChangePassword"]!);
        await browser.Http.GetAsync("/api/v1/groups").RefusedAsync(403, "RB-SIGNIN-004");
        await browser.Http.PutAsJsonAsync("/api/v1/me/password", new { current = "wrong", password = Password })
            .RefusedAsync(401, "RB-SIGNIN-001");
        await browser.Http.PutAsJsonAsync(
            "/api/v1/me/password", new { current = (string)reset["password"]!, password = Password }).OkAsync();
        await browser.Http.GetAsync("/api/v1/groups").OkAsync();
        using var again = new Browser(_plane);
        Assert.False((bool)(await again.SignInAsync(
            new { user = "olga", password = Password }))["mustChangePassword"]!);
        await _plane.Admin.PostAsync("/api/v1/users/olga/password", new { }, key: null).OkAsync();
        await again.Http.GetAsync("/api/v1/session").RefusedAsync(401, "RB-API-003");
    }

    [Fact]
    public async Task SecondFactor_Confirmed_IsAskedForAndEachCodeWorksOnce()
    {
        var person = _plane.Person(await TokenAsync("olga", "operator"));
        await person.PutAsJsonAsync("/api/v1/me/password", new { password = Password }).OkAsync();
        var begun = await person.PostAsync("/api/v1/me/second-factor", new { }, key: null).OkAsync();
        Assert.Equal(QrPicture.Of((string)begun["uri"]!)!.Path, (string)begun["picture"]!["path"]!);
        var secret = Base32.Read((string)begun["secret"]!)!;
        await person.PostAsync("/api/v1/me/second-factor/confirm", new { code = "000000x" }, key: null)
            .RefusedAsync(422, "RB-SIGNIN-006");
        var step = Totp.StepAt(DateTimeOffset.UtcNow);
        var codes = await person.PostAsync(
            "/api/v1/me/second-factor/confirm", new { code = Totp.CodeAt(secret, step) }, key: null).OkAsync();
        var recovery = (string)codes["recoveryCodes"]![0]!;

        using var browser = new Browser(_plane);
        await browser.TryAsync(new { user = "olga", password = Password }).RefusedAsync(401, "RB-SIGNIN-002");
        await browser.TryAsync(new { user = "olga", password = Password, totp = Totp.CodeAt(secret, step) })
            .RefusedAsync(401, "RB-SIGNIN-001");
        await browser.SignInAsync(new { user = "olga", password = Password, totp = Totp.CodeAt(secret, step + 1) });
        await browser.SignInAsync(new { user = "olga", password = Password, recoveryCode = recovery });
        await browser.TryAsync(new { user = "olga", password = Password, recoveryCode = recovery })
            .RefusedAsync(401, "RB-SIGNIN-001");
        var account = await person.GetAsync("/api/v1/me/account").OkAsync();
        Assert.Equal(9, (int)account["recoveryCodesLeft"]!);
        await _plane.Admin.DeleteAsync("/api/v1/users/olga/second-factor").OkAsync();
        await browser.SignInAsync(new { user = "olga", password = Password });
    }

    [Fact]
    public async Task Password_GuessedOften_HasToWaitAndUnknownNamesLookTheSame()
    {
        await _plane.Person(await TokenAsync("olga", "operator"))
            .PutAsJsonAsync("/api/v1/me/password", new { password = Password }).OkAsync();
        using var browser = new Browser(_plane);
        foreach (var name in new[] { "olga", "nobody" })
        {
            for (var i = 0; i < 6; i++)
            {
                var answer = await browser.TryAsync(new { user = name, password = "not this one at all" });
                if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                {
                    break;
                }

                Assert.Equal("RB-SIGNIN-001", (string)(await answer.JsonAsync())["code"]!);
            }
        }

        var waits = await browser.TryAsync(new { user = "olga", password = "not this one at all" });
        Assert.True(waits.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.Unauthorized);
        var records = await _plane.Admin.GetAsync("/api/v1/audit?kind=sign-in.refused").OkAsync();
        Assert.NotEmpty(records["items"]!.AsArray());
        Assert.DoesNotContain("not this one", records.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("nobody", records.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_Waiting_IsRefusedEvenWithTheRightPassword()
    {
        await _plane.Person(await TokenAsync("olga", "operator"))
            .PutAsJsonAsync("/api/v1/me/password", new { password = Password }).OkAsync();
        using var browser = new Browser(_plane);
        for (var i = 0; i < 9; i++)
        {
            await browser.TryAsync(new { user = "olga", password = $"wrong attempt {i}" });
        }

        var problem = await browser.TryAsync(new { user = "olga", password = Password }).RefusedAsync(
            429, "RB-SIGNIN-003");
        Assert.True(int.Parse((string)problem["details"]!["retryAfterSeconds"]!) >= 1);
    }

    [Fact]
    public async Task Link_Used_SignsInOnce()
    {
        var link = await _plane.Admin.PostAsync("/api/v1/session/links", new { }, key: null).OkAsync();
        var code = ((string)link["path"]!).Split("code=")[1];
        using var browser = new Browser(_plane);
        Assert.Equal("link", (string)(await browser.SignInAsync(new { code }))["method"]!);
        using var thief = new Browser(_plane);
        await thief.TryAsync(new { code }).RefusedAsync(401, "RB-SIGNIN-001");
        var audit = await _plane.Admin.GetAsync("/api/v1/audit?limit=1000").OkAsync();
        Assert.DoesNotContain(code, audit.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_Listed_CanBeEndedOneByOne()
    {
        var token = await TokenAsync("olga", "operator");
        using var first = new Browser(_plane);
        using var second = new Browser(_plane);
        await first.SignInAsync(new { token });
        await second.SignInAsync(new { token });
        var sessions = (await first.Http.GetAsync("/api/v1/sessions").OkAsync())["items"]!.AsArray();
        Assert.Equal(2, sessions.Count);
        var other = sessions.Single(s => !(bool)s!["current"]!)!;
        await first.Http.GetAsync("/api/v1/sessions?all=true").RefusedAsync(403, "RB-API-004");
        await first.Http.DeleteAsync($"/api/v1/sessions/{other["id"]}").OkAsync();
        await second.Http.GetAsync("/api/v1/session").RefusedAsync(401, "RB-API-003");
        await first.Http.DeleteAsync("/api/v1/session").OkAsync();
        await first.Http.GetAsync("/api/v1/session").RefusedAsync(401, "RB-API-003");
    }

    [Fact]
    public async Task SignIn_WithHalfOfIt_SaysWhatIsMissing()
    {
        using var browser = new Browser(_plane);
        await browser.TryAsync(new { user = "olga" }).RefusedAsync(422, "RB-API-002");
        await browser.TryAsync(new { token = "rbt_unknown-unknown-unknown" }).RefusedAsync(401, "RB-SIGNIN-001");
    }

    private async Task<string> TokenAsync(string user, string role)
    {
        await _plane.Admin.PostAsync("/api/v1/users", new { name = user, roles = new[] { new { role } } }, key: null)
            .OkAsync();
        return (string)(await _plane.Admin.PostAsync("/api/v1/tokens", new { name = "t", user }, key: null)
            .OkAsync())["token"]!;
    }
}
