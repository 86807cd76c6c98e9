using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Runbooks.ControlPlane.Hosting;

namespace Runbooks.Tests.Integration.ControlPlane;

/// <summary>A run from request to report, on the embedded engine with the real interpreter.</summary>
public sealed class RunTests : IAsyncLifetime
{
    private const string Document = """
        apiVersion: runbooks/v1
        kind: Runbook
        metadata: { name: rehearse, title: Rehearse, owner: payments }
        spec:
          for: custom
          group: payments
          objectives: { rto: 15m, rpo: 0s }
          inputs:
            - { name: reason, type: text, required: true, minLength: 3 }
          approvals: { real: { of: approver, count: 1, notRequester: true, expires: 30m } }
          steps:
            - { id: wait, uses: delay, with: { for: 1s } }
            - { id: signoff, uses: approval, with: { question: "Release? ${inputs.reason}", of: operator, expires: 1h, default: abort } }
        """;

    private ControlPlaneFixture _plane = null!;
    private HttpClient _operator = null!;
    private HttpClient _approver = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlaneFixture.StartAsync(o => o with { Roles = ControlPlaneRoles.All });
        _operator = await _plane.PersonAsync("olga", "operator", "author");
        _approver = await _plane.PersonAsync("abel", "approver");
        await _plane.Admin.PostAsync("/api/v1/groups", new { id = "payments" }).OkAsync();
        await _operator.PutAsJsonAsync("/api/v1/runbooks/rehearse", new { document = Document }).OkAsync();
        await _operator.PostAsync("/api/v1/runbooks/rehearse/publish", new { }).OkAsync();
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task Run_ApprovedAndAnswered_EndsWithAReportOfItself()
    {
        var run = await StartAsync("key-1");
        var id = (string)run["id"]!;
        Assert.Equal("requested", (string)run["state"]!);
        await _operator.PostAsync($"/api/v1/runs/{id}/approvals", Decision(run, "approved")).RefusedAsync(403, "RB-RUN-003");
        await _approver.PostAsync($"/api/v1/runs/{id}/approvals", Decision(run, "approved", "sha256:other")).RefusedAsync(412, "RB-RUN-002");
        await _approver.PostAsync($"/api/v1/runs/{id}/approvals", Decision(run, "approved")).OkAsync();

        var asking = await WaitAsync(id, "asking");
        Assert.Contains("Release? weekly", (string)asking["asking"]!["text"]!, StringComparison.Ordinal);
        var choice = (string)asking["asking"]!["choices"]![0]!;
        await _approver.PostAsync($"/api/v1/runs/{id}/signals", new { signal = "answer", choice }).RefusedAsync(403, "RB-API-004");
        await _operator.PostAsync($"/api/v1/runs/{id}/signals", new { signal = "answer", choice, reason = "checked" }).OkAsync();
        await WaitAsync(id, "succeeded");

        var steps = (await _operator.GetAsync($"/api/v1/runs/{id}/steps").OkAsync())["items"]!.AsArray();
        Assert.Equal(["wait", "signoff"], steps.Select(s => (string)s!["path"]!));
        await StoriesAsync(id);
        var html = await _operator.GetStringAsync($"/api/v1/runs/{id}/report");
        Assert.Equal(html, await _operator.GetStringAsync($"/api/v1/runs/{id}/report"));
        Assert.Contains("<svg", html, StringComparison.Ordinal);
        Assert.Contains("abel", html, StringComparison.Ordinal);
        var verified = await _plane.Admin.PostAsync("/api/v1/audit/verify", new { }).OkAsync();
        Assert.True((bool)verified["verified"]!, verified.ToJsonString());
    }

    private async Task StoriesAsync(string id)
    {
        var plan = await _operator.GetAsync($"/api/v1/runs/{id}/plan").OkAsync();
        Assert.True((bool)plan["pinned"]!);
        Assert.Equal(["wait", "signoff"], plan["nodes"]!.AsArray().Select(n => (string)n!["path"]!));
        Assert.Equal(["wait"], plan["nodes"]![1]!["needs"]!.AsArray().Select(n => (string)n!));
        var history = (await _operator.GetAsync($"/api/v1/runs/{id}/history?limit=1000").OkAsync())["items"]!.AsArray();
        var kinds = history.Select(h => (string)h!["kind"]!).ToList();
        Assert.Equal("run.requested", kinds[0]);
        Assert.Contains("step.asking", kinds);
        Assert.Equal("run.ended", kinds[^1]);
        var first = await _operator.GetAsync($"/api/v1/runs/{id}/history?limit=2").OkAsync();
        var second = await _operator.GetAsync($"/api/v1/runs/{id}/history?limit=2&cursor={first["next"]}").OkAsync();
        Assert.Equal(kinds.Take(4), first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(
            h => (string)h!["kind"]!));
        Assert.False((bool)(await _operator.GetAsync($"/api/v1/runs/{id}/abort-preview").OkAsync())["canAbort"]!);
        await _operator.GetAsync($"/api/v1/runs/{id}/compare").RefusedAsync(404, "RB-API-005");
        var compared = await _operator.GetAsync($"/api/v1/runs/{id}/compare?with={id}").OkAsync();
        Assert.All(compared["steps"]!.AsArray(), s => Assert.Equal("same", (string)s!["change"]!));
        var calls = (await _operator.GetAsync($"/api/v1/runs/{id}/calls").OkAsync())["items"]!.AsArray();
        Assert.All(calls, c => Assert.StartsWith("sha256:", (string)c!["inputHash"]!, StringComparison.Ordinal));
        var table = await _operator.GetAsync(
            "/api/v1/run-table?sort=elapsed&order=asc&q=rehearse&kind=cust*&state=succeeded").OkAsync();
        Assert.Equal(1, (long)table["total"]!);
        Assert.Equal(id, (string)table["items"]![0]!["id"]!);
    }

    [Fact]
    public async Task Run_StartedFiftyTimesWithOneKey_IsOneRun()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => StartAsync("same-key")));
        Assert.Single(answers.Select(a => (string)a["id"]!).Distinct());
        Assert.Single((await _operator.GetAsync("/api/v1/runs").OkAsync())["items"]!.AsArray());
        await _operator.PostAsync("/api/v1/runs", Body(), "another-key").RefusedAsync(409, "RB-RUN-001");
    }

    [Fact]
    public async Task Start_OfAnotherPlanThanShown_IsRefusedWithBoth()
    {
        var shown = (string)(await _operator.PostAsync("/api/v1/runs?dryRun=true", Body()).OkAsync())["planHash"]!;
        var other =
            new { runbook = "rehearse", reason = "weekly check", inputs = new { reason = "monthly" },
                planHash = shown };
        var refused = await _operator.PostAsync("/api/v1/runs", other).RefusedAsync(412, "RB-RUN-002");
        Assert.Equal(shown, (string)refused["details"]!["expected"]!);
        Assert.NotEqual(shown, (string)refused["details"]!["current"]!);
        var same =
            new { runbook = "rehearse", reason = "weekly check", inputs = new { reason = "weekly" }, planHash = shown };
        Assert.Equal(shown, (string)(await _operator.PostAsync("/api/v1/runs", same).OkAsync())["planHash"]!);
    }

    [Fact]
    public async Task Run_ControlPlaneRestartedWhileAsking_GoesOn()
    {
        var run = await StartAsync("key-2");
        var id = (string)run["id"]!;
        await _approver.PostAsync($"/api/v1/runs/{id}/approvals", Decision(run, "approved")).OkAsync();
        await WaitAsync(id, "asking");
        await _plane.RestartAsync();
        var asking = await WaitAsync(id, "asking");
        var choice = (string)asking["asking"]!["choices"]![0]!;
        await _plane.Admin.PostAsync($"/api/v1/runs/{id}/signals", new { signal = "answer", choice, reason = "after restart" }).OkAsync();
        await WaitAsync(id, "succeeded");
        var started = await _plane.Admin.GetAsync($"/api/v1/audit?run={id}&kind=run.started").OkAsync();
        Assert.Single(started["items"]!.AsArray());
    }

    [Fact]
    public async Task Events_ResumedByTheirId_AreNeitherLostNorRepeated()
    {
        var run = await StartAsync("key-3");
        var id = (string)run["id"]!;
        await _operator.PostAsync($"/api/v1/runs/{id}/signals", new { signal = "abort", reason = "not today" }).OkAsync();
        var all = await ReadEventsAsync(id, null, 2);
        Assert.Equal(["run.requested", "run.abort-ordered"], all.Select(e => e.Kind));
        var rest = await ReadEventsAsync(id, all[0].Id, 1);
        Assert.Equal(["run.abort-ordered"], rest.Select(e => e.Kind));
    }

    [Fact]
    public async Task Start_Dry_ExplainsAndMakesNothing()
    {
        var plan = await _operator.PostAsync("/api/v1/runs?dryRun=true", Body()).OkAsync();
        Assert.StartsWith("REAL:", (string)plan["summary"]!, StringComparison.Ordinal);
        Assert.Equal(2, plan["steps"]!.AsArray().Count);
        Assert.Empty((await _operator.GetAsync("/api/v1/runs").OkAsync())["items"]!.AsArray());
    }

    private async Task<JsonNode> StartAsync(string key) => await _operator.PostAsync("/api/v1/runs", Body(), key).OkAsync();

    private static object Body() => new { runbook = "rehearse", reason = "weekly check", inputs = new { reason = "weekly" } };

    private static object Decision(JsonNode run, string decision, string? hash = null) =>
        new { decision, planHash = hash ?? (string)run["planHash"]!, reason = "looks right" };

    private async Task<JsonNode> WaitAsync(string id, string state)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var run = await _plane.Admin.GetAsync($"/api/v1/runs/{id}", limit.Token).OkAsync();
            if ((string)run["state"]! == state)
            {
                return run;
            }

            Assert.True(run["endedAt"] is null, run.ToJsonString());
            await Task.Delay(50, limit.Token);
        }
    }

    private async Task<List<(string Id, string Kind)>> ReadEventsAsync(string run, string? after, int count)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/runs/{run}/events");
        if (after is not null)
        {
            request.Headers.Add("Last-Event-ID", after);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        using var answer = await _operator.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        var parser = System.Net.ServerSentEvents.SseParser.Create(await answer.Content.ReadAsStreamAsync(limit.Token));
        var events = new List<(string, string)>();
        await foreach (var item in parser.EnumerateAsync(limit.Token))
        {
            var kind = (string)JsonNode.Parse(item.Data)!["kind"]!;
            if (!kind.StartsWith("stream.", StringComparison.Ordinal))
            {
                events.Add((item.EventId!, kind));
            }

            if (events.Count == count)
            {
                break;
            }
        }

        return events;
    }
}
