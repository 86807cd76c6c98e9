using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Runbooks.ControlPlane.Hosting;

namespace Runbooks.Tests.Integration.ControlPlane;

/// <summary>
/// A protection's life at the interface: asked for, failed, tried again, given up. The sites report, and do no work.
/// </summary>
public sealed class ProtectionTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new();
    private ControlPlaneFixture _plane = null!;
    private Task _reports = null!;
    private volatile string? _silent;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlaneFixture.StartAsync(o => o with { Roles = ControlPlaneRoles.All });
        var agents = new List<(string Site, HttpClient Client)>();
        foreach (var site in new[] { "north", "south", "east" })
        {
            agents.Add((site, _plane.Agent(await _plane.EnrolAsync(site))));
        }

        await ReportAsync(agents);
        _reports = Task.Run(async () =>
        {
            while (!_stop.IsCancellationRequested)
            {
                await Task.Delay(1000, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await ReportAsync(agents.Where(a => a.Site != _silent));
            }
        });
        await _plane.Admin.PostAsync("/api/v1/groups", new { id = "payments" }).OkAsync();
        await _plane.Admin.PostAsync("/api/v1/workloads", new
        {
            id = "pay-db", title = "Pay", group = "payments", site = "north", tier = "database", cpuCount = 1,
                memoryMiB = 64,
            disks = new[] { new { name = "disk0", sizeBytes = 1 << 26 } }, driver = new { kind = "none" },
        }).OkAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reports;
        _stop.Dispose();
        await _plane.DisposeAsync();
    }

    [Fact]
    public async Task SetUp_ThatEndedWithoutItsGoal_SaysSoAndCanBeTriedAgain()
    {
        var id = await FailedAsync();
        var failed = await ViewAsync();
        Assert.Equal("setup-failed", (string)failed["label"]!);
        Assert.NotEmpty((string)failed["cause"]!);
        await _plane.Admin.PostAsync("/api/v1/protections", new { workload = "pay-db", standbys = new[] { "south" } })
            .RefusedAsync(409, "RB-PROTECT-001");

        var retried =
            await _plane.Admin.PostAsync($"/api/v1/protections/{id}/retry", new { reason = "again" },
                "retry-1").OkAsync();
        Assert.Equal("setting-up", (string)(await ViewAsync())["label"]!);
        await _plane.Admin.PostAsync($"/api/v1/protections/{id}/retry", new { }).RefusedAsync(409, "RB-PROTECT-003");
        await AbortAsync((string)retried["run"]!["id"]!);
        Assert.Equal("setup-failed", (string)(await ViewAsync())["label"]!);
    }

    [Fact]
    public async Task Removal_Explained_NamesEachStepAndStartsOnlyTheSamePlan()
    {
        var id = await FailedAsync();
        var plan = await _plane.Admin.DeleteAsync($"/api/v1/protections/{id}?dryRun=true").OkAsync();
        Assert.Equal(["1", "2", "3", "4", "5", "6"], plan["steps"]!.AsArray().Select(s => (string)s!["path"]!));
        Assert.Contains("kept, fenced", (string)plan["summary"]!, StringComparison.Ordinal);
        var other =
            await _plane.Admin.DeleteAsync($"/api/v1/protections/{id}?planHash=sha256:other").RefusedAsync(412,
                "RB-RUN-002");
        Assert.Equal((string)plan["planHash"]!, (string)other["details"]!["current"]!);
        await _plane.Admin.SendAsync(Delete(id, "\"99\"")).RefusedAsync(412, "RB-API-007");

        var hash = Uri.EscapeDataString((string)plan["planHash"]!);
        var request = Delete($"{id}?planHash={hash}&reason=enough", null);
        request.Headers.Add("Idempotency-Key", "remove-1");
        var run = await _plane.Admin.SendAsync(request).OkAsync();
        var again = Delete($"{id}?planHash={hash}&reason=enough", null);
        again.Headers.Add("Idempotency-Key", "remove-1");
        Assert.Equal((string)run["id"]!, (string)(await _plane.Admin.SendAsync(again).OkAsync())["id"]!);

        var busy = await _plane.Admin.DeleteAsync($"/api/v1/protections/{id}").RefusedAsync(409, "RB-RUN-001");
        Assert.Equal((string)run["id"]!, (string)busy["details"]!["run"]!);
        Assert.Equal("unprotect", (string)busy["details"]!["kind"]!);
        Assert.NotEmpty((string)busy["details"]!["since"]!);
        await _plane.Admin.DeleteAsync("/api/v1/protections/prt_unknown").RefusedAsync(404, "RB-API-005");
    }

    [Fact]
    public async Task Policy_Changed_TakesObjectivesAndLeavesTheDataPathAlone()
    {
        var id = await FailedAsync();
        var path = $"/api/v1/protections/{id}";
        var changed = await _plane.Admin.PatchAsJsonAsync(
            path, new { reason = "a tighter promise", rtoSeconds = 60, recoveryPointsKept = 3 }).OkAsync();
        Assert.Equal(60, (double)changed["rtoSeconds"]!);
        var policy = (await ViewAsync())["policy"]!;
        Assert.Equal((60, 3), ((double)policy["rtoSeconds"]!, (int)policy["recoveryPointsKept"]!));
        var refused = await _plane.Admin.PatchAsJsonAsync(path, new { reason = "bolder", onLinkLoss = "continue" })
            .RefusedAsync(422, "RB-API-002");
        Assert.Equal("onLinkLoss", (string)refused["field"]!);
        await _plane.Admin.PatchAsJsonAsync(path, new { reason = "same as it is", onLinkLoss = "arbitrate" }).OkAsync();
        using var stale = new HttpRequestMessage(HttpMethod.Patch, path)
        {
            Content = JsonContent.Create(new { reason = "late", rtoSeconds = 10 }),
        };
        stale.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        await _plane.Admin.SendAsync(stale).RefusedAsync(412, "RB-API-007");
    }

    [Fact]
    public async Task Removal_ByForce_NeedsAGonePrimaryAReasonTheNameAndASecondPerson()
    {
        var id = await FailedAsync();
        var path = $"/api/v1/protections/{id}?force=true";
        await _plane.Admin.DeleteAsync($"{path}&dryRun=true").RefusedAsync(409, "RB-PROTECT-005");
        _silent = "north";
        await ForgetAsync("north");
        await _plane.Admin.DeleteAsync($"{path}&keepCopies=false").RefusedAsync(422, "RB-API-002");
        var plan = await _plane.Admin.DeleteAsync($"{path}&dryRun=true").OkAsync();
        Assert.Contains("BY FORCE", (string)plan["summary"]!, StringComparison.Ordinal);
        Assert.Equal("approver", (string)plan["approval"]!["of"]!);
        await _plane.Admin.DeleteAsync(path).RefusedAsync(422, "RB-API-002");
        var unnamed = await _plane.Admin.DeleteAsync($"{path}&reason=burnt").RefusedAsync(422, "RB-RUN-006");
        Assert.Equal("pay-db", (string)unnamed["details"]!["confirm"]!);

        var run = await _plane.Admin.DeleteAsync($"{path}&reason=burnt&confirm=pay-db").OkAsync();
        Assert.Equal(("requested", 1), ((string)run["state"]!, (int)run["approvalsNeeded"]!));
        var decision = new { decision = "approved", planHash = (string)run["planHash"]!, reason = "I saw the ruin" };
        await _plane.Admin.PostAsync($"/api/v1/runs/{(string)run["id"]!}/approvals", decision)
            .RefusedAsync(403, "RB-RUN-003");
        var second = await _plane.PersonAsync("abel", "approver");
        await second.PostAsync($"/api/v1/runs/{(string)run["id"]!}/approvals", decision).OkAsync();
        var ended = await EndedAsync((string)run["id"]!);
        Assert.Equal("succeeded", (string)ended["state"]!);
        Assert.Contains("north: its agent was gone", ended["result"]!.ToJsonString(), StringComparison.Ordinal);
        await _plane.Admin.DeleteAsync($"/api/v1/protections/{id}").RefusedAsync(409, "RB-PROTECT-004");
    }

    [Fact]
    public async Task Point_TakenWithoutACopyOrDroppedWhileKept_IsRefused()
    {
        var id = await FailedAsync();
        await _plane.Admin.PostAsync("/api/v1/recovery-points", new { workload = "pay-db", reason = "now" })
            .RefusedAsync(422, "RB-API-002");
        await SqlAsync($$"""
            insert into control.recovery_points
              (id, site, protection, workload, reason, at, facts, pinned, kept_by, kept_reason)
            values ('rp_kept01', 'south', '{{id}}', 'pay-db', 'periodic', now(), '{}', true, 'abel', 'the audit')
            """);
        var kept = await _plane.Admin.DeleteAsync("/api/v1/recovery-points/rp_kept01?reason=space")
            .RefusedAsync(409, "RB-API-009");
        Assert.Contains("abel: the audit", (string)kept["cause"]!, StringComparison.Ordinal);
        var plan = await _plane.Admin.DeleteAsync($"/api/v1/protections/{id}?dryRun=true&keepCopies=false").OkAsync();
        Assert.Contains("1 of them KEPT", (string)plan["summary"]!, StringComparison.Ordinal);
        await _plane.Admin.PatchAsJsonAsync(
            "/api/v1/recovery-points/rp_kept01", new { pinned = false, reason = "audited" }).OkAsync();

        // No agent works at this site: the run says so, and the point is there still.
        var run = await _plane.Admin.DeleteAsync("/api/v1/recovery-points/rp_kept01?reason=space").OkAsync();
        Assert.Equal("recovery-point", (string)run["kind"]!);
        Assert.False((bool)run["real"]!);
        await _plane.Admin.DeleteAsync("/api/v1/recovery-points/rp_kept01?reason=space")
            .RefusedAsync(409, "RB-API-009");
        var ended = await EndedAsync((string)run["id"]!);
        Assert.Equal("failed", (string)ended["state"]!);
        Assert.Contains("its agent is not there", ended["failure"]!.ToJsonString(), StringComparison.Ordinal);
        var points = await _plane.Admin.GetAsync("/api/v1/recovery-points").OkAsync();
        Assert.Contains(points["items"]!.AsArray(), p => (string)p!["id"]! == "rp_kept01");
        var steps = await _plane.Admin.GetAsync($"/api/v1/runs/{(string)run["id"]!}/steps").OkAsync();
        Assert.Equal(1, (int)steps["items"]![0]!["attempts"]!);
    }

    [Fact]
    public async Task Protect_WithTooManyStandbys_IsRefused() =>
        await _plane.Admin.PostAsync("/api/v1/protections", new
        {
            workload = "pay-db", standbys = Enumerable.Range(1, 8).Select(n => $"site-{n}"),
        }).RefusedAsync(422, "RB-API-002");

    private static HttpRequestMessage Delete(string protection, string? tag)
    {
        var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/protections/{protection}");
        if (tag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        }

        return request;
    }

    private async Task<string> FailedAsync()
    {
        var made = await _plane.Admin.PostAsync(
            "/api/v1/protections", new { workload = "pay-db", standbys = new[] { "south", "east" } },
                "protect-1").OkAsync();
        await AbortAsync((string)made["run"]!["id"]!);
        return (string)made["policy"]!["id"]!;
    }

    private async Task AbortAsync(string run)
    {
        await _plane.Admin.PostAsync($"/api/v1/runs/{run}/signals",
            new { signal = "abort", reason = "not today" }).OkAsync();
        await EndedAsync(run);
    }

    private async Task<JsonNode> EndedAsync(string run)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(180));
        while (true)
        {
            var now = await _plane.Admin.GetAsync($"/api/v1/runs/{run}", limit.Token).OkAsync();
            if (now["endedAt"] is not null)
            {
                return now;
            }

            await Task.Delay(100, limit.Token);
        }
    }

    // As if it had been silent for long: what counts is the age of its last report.
    private Task ForgetAsync(string site) => SqlAsync(
        $"update control.agents set last_heartbeat = now() - interval '10 minutes' where site = '{site}'");

    private async Task SqlAsync(string sql)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(_plane.Options.Postgres!);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private Task<JsonNode> ViewAsync() => _plane.Admin.GetAsync("/api/v1/protections/pay-db").OkAsync();

    private static async Task ReportAsync(IEnumerable<(string Site, HttpClient Client)> agents)
    {
        foreach (var (site, client) in agents)
        {
            (await client.PostAsJsonAsync("/agent/v1/report",
                ControlPlaneFixture.Report(site))).EnsureSuccessStatusCode();
        }
    }
}
