using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace Runbooks.Tests.Integration.ControlPlane;

/// <summary>Runs and documents that are refused before anything is done.</summary>
public sealed class RunRefusalTests : IAsyncLifetime
{
    private ControlPlaneFixture _plane = null!;
    private HttpClient _operator = null!;
    private HttpClient _approver = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlaneFixture.StartAsync();
        _operator = await _plane.PersonAsync("olga", "operator", "author");
        _approver = await _plane.PersonAsync("abel", "approver");
        await _plane.Admin.PostAsync("/api/v1/groups", new { id = "payments" }).OkAsync();
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Theory]
    [InlineData("{ id: wait, uses: delay, with: { for: 1s, unknown: 2 } }", "unknown")]
    [InlineData("{ id: wait, uses: delay, with: { for: soon } }", "for")]
    [InlineData("{ id: wait, uses: delay, with: { for: 1s }, needs: [wait] }", "needs")]
    [InlineData("{ id: wait, uses: nothing.known }", "uses")]
    public async Task Document_WithAnError_IsNotPublishedAndTheFieldIsNamed(string step, string field)
    {
        await PutAsync(Document("count: 1").Replace("{ id: wait, uses: delay, with: { for: 1s } }", step));
        var problem = await _operator.PostAsync("/api/v1/runbooks/rehearse/publish", new { }, key: null)
            .RefusedAsync(422, "RB-RUNBOOK-001");
        Assert.Contains(field, (string)problem["field"]!, StringComparison.Ordinal);
        Assert.Matches(@"^\d+:\d+ ", (string)problem["cause"]!);
        Assert.Empty((await _operator.GetAsync("/api/v1/runbooks/rehearse/versions").OkAsync())["items"]!.AsArray());
    }

    [Fact]
    public async Task Draft_ThatWasNeverPublished_IsNotRun()
    {
        await PutAsync(Document("count: 1"));
        var problem = await _operator.PostAsync("/api/v1/runs", Body, key: null).RefusedAsync(409, "RB-RUN-008");
        Assert.Equal("runbook", (string)problem["field"]!);
        await NoRunAsync();
    }

    [Fact]
    public async Task Approval_ByOnePersonTwice_CountsOnce()
    {
        var run = await RequestedAsync("count: 2");
        await DecideAsync(run).OkAsync();
        await DecideAsync(run).RefusedAsync(409, "RB-RUN-007");
        Assert.Equal(1, (int)(await RunAsync(run))["approvalsGiven"]!);
    }

    [Fact]
    public async Task Approval_AfterTheRequestHasExpired_IsTooLate()
    {
        var run = await RequestedAsync("count: 1, expires: 1s");
        var expires = (await RunAsync(run))["approvalsExpireAt"]!.GetValue<DateTimeOffset>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (DateTimeOffset.UtcNow <= expires.AddMilliseconds(50))
        {
            await Task.Delay(20, limit.Token);
        }

        await DecideAsync(run).RefusedAsync(409, "RB-RUN-004");
        await SweptAwayAsync(run);

        // The same answer from then on: the sweep comes at any moment after the request's time.
        await DecideAsync(run).RefusedAsync(409, "RB-RUN-004");
        Assert.Equal(0, (int)(await RunAsync(run))["approvalsGiven"]!);
    }

    [Fact]
    public async Task Run_ThatHasEnded_IsNeitherDecidedNorSteered()
    {
        var run = await RequestedAsync("count: 1");
        var id = (string)run["id"]!;
        await _operator.PostAsync($"/api/v1/runs/{id}/signals", new { signal = "abort", reason = "not today" },
            key: null).OkAsync();
        await DecideAsync(run).RefusedAsync(409, "RB-RUN-005");
        foreach (var signal in new[] { "pause", "resume", "release", "abort" })
        {
            var problem =
                await _operator.PostAsync($"/api/v1/runs/{id}/signals", new { signal, reason = "again" }, key: null)
                .RefusedAsync(409, "RB-RUN-005");
            Assert.Contains("aborted", (string)problem["cause"]!, StringComparison.Ordinal);
        }

        Assert.Equal("aborted", (string)(await RunAsync(run))["state"]!);
    }

    [Theory]
    [InlineData("inputs", """{"runbook":"rehearse","reason":"weekly","inputs":{"colour":"red"}}""", "inputs.colour")]
    [InlineData("group", """{"runbook":"rehearse","reason":"weekly","group":"orders"}""", "group")]
    [InlineData("reason", """{"runbook":"rehearse","reason":" "}""", "reason")]
    public async Task Start_WithAFieldThatDoesNotFit_NamesItAndStartsNothing(string subject, string body, string field)
    {
        Assert.NotEmpty(subject);
        await PublishAsync("count: 1");
        var problem = await _operator.PostAsync(
            "/api/v1/runs", new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
            TestContext.Current.CancellationToken).RefusedAsync(422, "RB-API-002");
        Assert.Equal(field, (string)problem["field"]!);
        await NoRunAsync();
    }

    [Fact]
    public async Task Protection_OfSitesWithoutAnAgent_IsRefusedAndLeavesNothing()
    {
        await WorkloadAsync();
        var problem = await ProtectAsync().RefusedAsync(409, "RB-PROTECT-002");
        Assert.Equal("standbys", (string)problem["field"]!);
        Assert.Empty((await _plane.Admin.GetAsync("/api/v1/protections").OkAsync())["items"]!.AsArray());
        await NoRunAsync();
    }

    [Fact]
    public async Task Protection_OfAProtectedWorkload_IsRefusedAndTheFirstStays()
    {
        await WorkloadAsync();
        foreach (var site in new[] { "site-a", "site-b" })
        {
            using var certificate = await _plane.EnrolAsync(site);
            await _plane.Agent(certificate).PostAsync("/agent/v1/report", ControlPlaneFixture.Report(site)).OkAsync();
        }

        await ProtectAsync().OkAsync();
        var problem = await ProtectAsync().RefusedAsync(409, "RB-PROTECT-001");
        Assert.Equal("workload", (string)problem["field"]!);
        Assert.Single((await _plane.Admin.GetAsync("/api/v1/protections").OkAsync())["items"]!.AsArray());
        Assert.Single((await _plane.Admin.GetAsync("/api/v1/runs").OkAsync())["items"]!.AsArray());
    }

    [Theory]
    [InlineData("site-a")]
    [InlineData("no site")]
    public async Task Protection_ToItsOwnOrNoSite_NamesTheField(string standby)
    {
        await WorkloadAsync();
        var problem = await _operator.PostAsync(
            "/api/v1/protections", new { workload = "pay-db", standbys = new[] { standby } },
                key: null).RefusedAsync(422, "RB-API-002");
        Assert.Equal("standbys[0]", (string)problem["field"]!);
        await NoRunAsync();
    }

    private static readonly object Body = new { runbook = "rehearse", reason = "weekly check" };

    private static string Document(string rule) => $$"""
        apiVersion: runbooks/v1
        kind: Runbook
        metadata: { name: rehearse, title: Rehearse, owner: payments }
        spec:
          for: custom
          group: payments
          objectives: { rto: 15m, rpo: 0s }
          approvals: { real: { of: approver, notRequester: true, {{rule}} } }
          steps:
            - { id: wait, uses: delay, with: { for: 1s } }
        """;

    private Task PutAsync(string document) =>
        _operator.PutAsJsonAsync("/api/v1/runbooks/rehearse", new { document }).OkAsync();

    private async Task PublishAsync(string rule)
    {
        await PutAsync(Document(rule));
        await _operator.PostAsync("/api/v1/runbooks/rehearse/publish", new { }, key: null).OkAsync();
    }

    private async Task<JsonNode> RequestedAsync(string rule)
    {
        await PublishAsync(rule);
        return await _operator.PostAsync("/api/v1/runs", Body, key: null).OkAsync();
    }

    // As the part that starts runs does it; this control plane serves the API alone.
    private async Task SweptAwayAsync(JsonNode run)
    {
        await using var database = NpgsqlDataSource.Create(_plane.Options.Postgres!);
        await using var sweep = database.CreateCommand(
            "update control.runs set state = 'aborted', start_state = 'refused', ended_at = clock_timestamp() where id = $1");
        sweep.Parameters.Add(new() { Value = (string)run["id"]! });
        Assert.Equal(1, await sweep.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
    }

    private Task<HttpResponseMessage> DecideAsync(JsonNode run) => _approver.PostAsync(
        $"/api/v1/runs/{run["id"]}/approvals",
        new { decision = "approved", planHash = (string)run["planHash"]!, reason = "looks right" }, key: null);

    private Task<JsonNode> RunAsync(JsonNode run) => _plane.Admin.GetAsync($"/api/v1/runs/{run["id"]}").OkAsync();

    private async Task NoRunAsync() =>
        Assert.Empty((await _plane.Admin.GetAsync("/api/v1/runs").OkAsync())["items"]!.AsArray());

    private async Task WorkloadAsync()
    {
        foreach (var id in new[] { "site-a", "site-b" })
        {
            await _plane.Admin.PostAsync("/api/v1/sites", new { id }, key: null).OkAsync();
        }

        await _plane.Admin.PostAsync(
            "/api/v1/workloads",
            new
            {
                id = "pay-db", group = "payments", site = "site-a",
                    disks = new[] { new { name = "data", sizeBytes = 1 << 20 } },
            },
            key: null).OkAsync();
    }

    private Task<HttpResponseMessage> ProtectAsync() =>
        _operator.PostAsync("/api/v1/protections", new { workload = "pay-db", standbys = new[] { "site-b" } },
            key: null);
}
