using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Storage;
using Runbooks.Testing.Postgres;

namespace Runbooks.Tests.Integration.ControlPlane;

public sealed class BadInputTests : IAsyncLifetime
{
    private ControlPlaneFixture _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlaneFixture.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Theory]
    [InlineData("""{"id":"site-a","colour":"red"}""", "RB-API-001", "colour")]
    [InlineData("""{"id":7}""", "RB-API-001", "id")]
    [InlineData("""{"title":"x"}""", "RB-API-001", null)]
    [InlineData("""{"id":"a","id":"b"}""", "RB-API-001", "id")]
    [InlineData("""{"id":null}""", "RB-API-001", "id")]
    [InlineData("""{"id":""", "RB-API-001", null)]
    public async Task Body_NotAsDescribed_IsRefusedWithItsField(string body, string code, string? field)
    {
        var problem = await _plane.Admin.PostAsync("/api/v1/sites", Json(body)).RefusedAsync(400, code);
        if (field is not null)
        {
            Assert.Equal(field, (string?)problem["field"]);
        }
    }

    [Fact]
    public async Task Name_NotASlug_NamesTheField()
    {
        var problem = await _plane.Admin.PostAsync("/api/v1/sites", new { id = "Site A" }, key: null).RefusedAsync(422, "RB-API-002");
        Assert.Equal("id", (string)problem["field"]!);
    }

    [Fact]
    public async Task Body_OverTheLimit_IsRefused() => await _plane.Admin
        .PostAsync("/api/v1/sites", Json($$"""{"id":"a","title":"{{new string('x', 2 << 20)}}"}"""))
        .RefusedAsync(413, "RB-API-010");

    [Fact]
    public async Task Address_Unknown_IsAProblemDocument()
    {
        await _plane.Admin.GetAsync("/api/v1/nothing").RefusedAsync(404, "RB-API-005");
        await _plane.Admin.PostAsync("/api/v1/sites", new StringContent("x", Encoding.UTF8, "text/plain")).RefusedAsync(415, "RB-API-015");
        await _plane.Admin.DeleteAsync("/api/v1/audit").RefusedAsync(405, "RB-API-014");
    }

    [Fact]
    public async Task Key_UsedForAnotherRequest_IsRefused()
    {
        await _plane.Admin.PostAsync("/api/v1/groups", new { id = "one" }, "k").OkAsync();
        await _plane.Admin.PostAsync("/api/v1/groups", new { id = "one" }, "k").OkAsync();
        await _plane.Admin.PostAsync("/api/v1/groups", new { id = "two" }, "k").RefusedAsync(422, "RB-API-008");
        await _plane.Admin.PostAsync("/api/v1/groups", new { id = "one" }, "other").RefusedAsync(409, "RB-API-006");
    }

    [Fact]
    public async Task Change_OfAnOldVersion_IsRefused()
    {
        await _plane.Admin.PostAsync("/api/v1/sites", new { id = "site-a" }, "s").OkAsync();
        var stale = new HttpRequestMessage(HttpMethod.Patch, "/api/v1/sites/site-a") { Content = Json("""{"title":"A"}""") };
        stale.Headers.TryAddWithoutValidation("If-Match", "\"99\"");
        await _plane.Admin.SendAsync(stale).RefusedAsync(412, "RB-API-007");
    }

    [Fact]
    public async Task DryRun_OfAChange_KeepsNothing()
    {
        await _plane.Admin.PostAsync("/api/v1/sites?dryRun=true", new { id = "site-a" }, key: null).OkAsync();
        await _plane.Admin.GetAsync("/api/v1/sites/site-a").RefusedAsync(404, "RB-API-005");
        await _plane.Admin.PostAsync("/api/v1/sites", new { id = "site-a" }, key: null).OkAsync();
        await _plane.Admin.PostAsync("/api/v1/sites?dryRun=true", new { id = "site-a" }, key: null).RefusedAsync(409, "RB-API-006");
    }

    [Fact]
    public async Task Role_LimitedToAGroup_CoversNoOther()
    {
        await _plane.Admin.PostAsync("/api/v1/groups", new { id = "payments" }, key: null).OkAsync();
        var limited = await _plane.PersonAsync("gina", "operator@group:payments");
        await limited.PatchAsJsonAsync("/api/v1/groups/payments", new { title = "Payments" }).OkAsync();
        await limited.PostAsync("/api/v1/groups", new { id = "orders" }, key: null).RefusedAsync(403, "RB-API-004");
    }

    [Fact]
    public async Task Port_InUse_IsSaidWithTheCorrection()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var options = _plane.Options with
        {
            Data = Directory.CreateTempSubdirectory("rb-cp-").FullName, Postgres = await TestPostgres.NewDatabaseAsync(),
            ApiListen = new ListenAddress(IPAddress.Loopback, ((IPEndPoint)taken.LocalEndpoint).Port),
        };
        var refused = await Assert.ThrowsAsync<IOException>(() => ControlPlaneHost.StartAsync(options));
        Assert.Contains("address already in use", refused.Message, StringComparison.OrdinalIgnoreCase);
        Directory.Delete(options.Data, recursive: true);
    }

    [Fact]
    public async Task Database_Stopped_Answers503AndRecovers()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"rb-cpdb-{Guid.NewGuid():N}"[..20]);
        var settings = new PrivateClusterOptions { DataFolder = folder, InstallWhenMissing = false };
        var cluster = await PrivateCluster.StartAsync(settings);
        var database = await cluster.EnsureDatabaseAsync("runbooks");
        await using (var plane = await ControlPlaneFixture.StartAsync(o => o with { Postgres = database }))
        {
            await cluster.DisposeAsync();
            var answer = await plane.Admin.GetAsync("/api/v1/sites");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal("RB-FAULT-DATABASE", (string)(await answer.JsonAsync())["code"]!);
            Assert.NotNull(answer.Headers.RetryAfter);
            cluster = await PrivateCluster.StartAsync(settings);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (!(await plane.Admin.GetAsync("/api/v1/sites", limit.Token)).IsSuccessStatusCode
                || !(await plane.Admin.GetAsync("/healthz/active", limit.Token)).IsSuccessStatusCode)
            {
                await Task.Delay(100, limit.Token);
            }
        }

        await cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
