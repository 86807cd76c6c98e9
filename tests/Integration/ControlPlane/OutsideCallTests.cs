using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Runbooks.ControlPlane.Hosting;

namespace Runbooks.Tests.Integration.ControlPlane;

/// <summary>
/// A runbook that calls out: only where it may, and an answer that is wrong is a failed step with its status.
/// </summary>
public sealed class OutsideCallTests
{
    [Fact]
    public async Task Call_ToAnAddressThatIsNotAllowed_NeverLeaves()
    {
        using var private_ = new TcpListener(IPAddress.Loopback, 0);
        private_.Start();
        var run = await RunAsync([], $"http://127.0.0.1:{((IPEndPoint)private_.LocalEndpoint).Port}/stop");
        Assert.Equal("failed", (string)run["state"]!);
        Assert.Contains("RB-HTTP-002", run.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("--http-allow", run.ToJsonString(), StringComparison.Ordinal);
        Assert.False(private_.Pending());
    }

    [Fact]
    public async Task Call_AnsweredWithAnotherStatus_FailsTheStepWithIt()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        await using var called = builder.Build();
        List<string> keys = [];
        called.MapPost("/stop", context =>
        {
            lock (keys)
            {
                keys.Add(context.Request.Headers["Idempotency-Key"].ToString());
            }

            context.Response.StatusCode = 418;
            return context.Response.WriteAsync("a teapot");
        });
        await called.StartAsync(TestContext.Current.CancellationToken);
        var run = await RunAsync(["127.0.0.1"], called.Urls.First() + "/stop");
        Assert.Equal("failed", (string)run["state"]!);
        Assert.Contains("RB-HTTP-001", run.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("418", run.ToJsonString(), StringComparison.Ordinal);
        // However often it is tried, it is one request to the one who is called.
        Assert.Single(keys.Distinct());
    }

    private static async Task<JsonNode> RunAsync(string[] allowed, string url)
    {
        await using var plane = await ControlPlaneFixture.StartAsync(
            o => o with { Roles = ControlPlaneRoles.All, HttpAllow = allowed });
        await plane.Admin.PostAsync("/api/v1/groups", new { id = "payments" }, key: null).OkAsync();
        var document = $$"""
            apiVersion: runbooks/v1
            kind: Runbook
            metadata: { name: call, title: Call, owner: payments }
            spec:
              for: custom
              group: payments
              objectives: { rto: 15m, rpo: 0s }
              steps:
                - { id: stop, uses: http.call, with: { url: "{{url}}" }, retry: { attempts: 2, initial: 1s } }
            """;
        await plane.Admin.PutAsJsonAsync("/api/v1/runbooks/call", new { document }).OkAsync();
        await plane.Admin.PostAsync("/api/v1/runbooks/call/publish", new { }, key: null).OkAsync();
        var run =
            await plane.Admin.PostAsync("/api/v1/runs", new { runbook = "call", reason = "try it" },
                key: null).OkAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (run["endedAt"] is null)
        {
            await Task.Delay(50, limit.Token);
            run = await plane.Admin.GetAsync($"/api/v1/runs/{run["id"]}", limit.Token).OkAsync();
        }

        var steps = await plane.Admin.GetAsync($"/api/v1/runs/{run["id"]}/steps", limit.Token).OkAsync();
        run["steps"] = steps.DeepClone();
        return run;
    }
}
