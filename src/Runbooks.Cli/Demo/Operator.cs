using System.Text.Json.Nodes;
using Runbooks.Cli.Http;

namespace Runbooks.Cli.Demo;

/// <summary>
/// What an operator does through the API: describe, protect, start, approve, watch. The demo has no other door.
/// </summary>
internal sealed class Operator(ApiClient client, string api) : IDisposable
{
    private ApiClient? approver;

    /// <summary>Makes the group, its workload and the second person who approves real runs.</summary>
    public async Task DescribeAsync(string group, JsonObject workload, CancellationToken cancellationToken)
    {
        await client.PostAsync("/api/v1/groups", new JsonObject { ["id"] = group, ["title"] = "Payments" },
            cancellationToken);
        await client.PostAsync("/api/v1/workloads", workload, cancellationToken);
        var user = new JsonObject
        {
            ["name"] = "second-person",
            ["display"] = "The approver of the demo",
            ["roles"] = new JsonArray(new JsonObject { ["role"] = "approver" }, new JsonObject { ["role"] = "viewer" }),
        };
        var made = await client.PostAsync("/api/v1/users", user, cancellationToken);
        var token = await client.PostAsync(
            "/api/v1/tokens",
            new JsonObject { ["name"] = "demo", ["user"] = made!["id"]!.ToString(), ["expiresDays"] = 1 },
            cancellationToken);
        approver = new ApiClient(new Context([api], token!["token"]!.ToString()));
    }

    /// <summary>Saves and publishes a runbook file.</summary>
    public async Task PublishAsync(string name, string document, CancellationToken cancellationToken)
    {
        await client.SendAsync(
            HttpMethod.Put, $"/api/v1/runbooks/{name}", new JsonObject { ["document"] = document },
                Guid.NewGuid().ToString("n"), cancellationToken);
        await client.PostAsync($"/api/v1/runbooks/{name}/publish", new JsonObject(), cancellationToken);
    }

    /// <summary>Protects a workload; the id of the set-up run.</summary>
    public async Task<string> ProtectAsync(JsonObject body, CancellationToken cancellationToken)
    {
        var answer = await client.PostAsync("/api/v1/protections", body, cancellationToken);
        return answer!["run"]!["id"]!.ToString();
    }

    /// <summary>
    /// Starts a runbook, has the second person approve it when it needs that, and returns the run's id.
    /// </summary>
    public async Task<string> StartAsync(string runbook, string group, JsonObject inputs, string reason,
        CancellationToken cancellationToken)
    {
        var body =
            new JsonObject { ["runbook"] = runbook, ["group"] = group, ["reason"] = reason, ["inputs"] = inputs };
        var run = await client.PostAsync("/api/v1/runs", body, cancellationToken);
        var id = run!["id"]!.ToString();
        if (run["approvalsNeeded"]?.GetValue<int>() > 0)
        {
            var decision = new JsonObject
            {
                ["decision"] = "approved",
                ["planHash"] = run["planHash"]!.ToString(),
                ["reason"] = "seen the plan, agreed",
            };
            await approver!.PostAsync($"/api/v1/runs/{id}/approvals", decision, cancellationToken);
        }

        return id;
    }

    /// <summary>Watches a run to its end; <paramref name="tell"/> hears the step that is at work.</summary>
    public async Task<JsonObject> WatchAsync(string run, Action<string> tell, TimeSpan within,
        CancellationToken cancellationToken)
    {
        var until = DateTime.UtcNow + within;
        while (true)
        {
            try
            {
                var view = (await client.GetAsync($"/api/v1/runs/{run}", cancellationToken))!.AsObject();
                if (view["state"]!.ToString() is "succeeded" or "failed" or "aborted" or "refused" or "cancelled"
                    or "terminated")
                {
                    return view;
                }

                tell(await StepAtWorkAsync(run, view, cancellationToken));
            }
            catch (ApiException e) when (e.Status is 0 or 503)
            {
                // The control plane is away: the demo kills it on purpose. It comes back and the run goes on.
                tell("the control plane does not answer; waiting for it");
            }

            if (DateTime.UtcNow > until)
            {
                throw new TimeoutException($"Run {run} did not end within {within.TotalSeconds:0} s. {await DescribeAsync(run, cancellationToken)}");
            }

            await Task.Delay(250, cancellationToken);
        }
    }

    /// <summary>The steps of a run so far.</summary>
    public async Task<IReadOnlyList<JsonObject>> StepsAsync(string run, CancellationToken cancellationToken) =>
        [.. (await client.GetAsync($"/api/v1/runs/{run}/steps", cancellationToken))!["items"]!.AsArray()
            .Select(s => s!.AsObject())];

    /// <summary>State, failure and steps of a run, in one paragraph: for broken claims.</summary>
    public async Task<string> DescribeAsync(string run, CancellationToken cancellationToken)
    {
        var view = await client.GetAsync($"/api/v1/runs/{run}", cancellationToken);
        var steps = await StepsAsync(run, cancellationToken);
        return $"state {view!["state"]}, asking {view["asking"]?.ToJsonString()}, failure {view["failure"]?.ToJsonString()}, steps: "
            + string.Join("; ", steps.Select(s => $"{s["path"]} {s["state"]} {s["detail"]}"));
    }

    public Task<JsonNode?> GetAsync(string path, CancellationToken cancellationToken) =>
        client.GetAsync(path, cancellationToken);

    public Task<JsonNode?> PostAsync(string path, JsonNode body, CancellationToken cancellationToken) =>
        client.PostAsync(path, body, cancellationToken);

    public Task<byte[]> DownloadAsync(string path, CancellationToken cancellationToken) =>
        client.DownloadAsync(path, cancellationToken);

    public void Dispose() => approver?.Dispose();

    private async Task<string> StepAtWorkAsync(string run, JsonObject view, CancellationToken cancellationToken)
    {
        var steps = await StepsAsync(run, cancellationToken);
        var done = steps.Count(s => s["state"]!.ToString() is "succeeded" or "skipped");
        var now = steps.LastOrDefault(s => s["state"]!.ToString() is "running" or "asking" or "waiting");
        return $"run {view["state"]}: {done} steps done"
            + (now is null ? string.Empty : $", now {now["path"]} {now["title"]} ({now["state"]}) {Short(now["detail"]?.ToString())}");
    }

    private static string Short(string? text) =>
        text is null ? string.Empty : text.Length <= 60 ? text : text[..60] + "…";
}
