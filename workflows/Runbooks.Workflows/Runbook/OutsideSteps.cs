using System.Text.Json.Nodes;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.Failover;
using Runbooks.Workflows.Sites;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Runbook;

/// <summary>Steps that look at, call or tell the outside world.</summary>
internal sealed class OutsideSteps(RunContext context)
{
    public async Task<JsonObject> ProbeAsync(StepCall call)
    {
        var result = await ProbeAsync(call, call.With, call.With.SiteOrNone("site"));
        return new JsonObject { ["milliseconds"] = result.Milliseconds, ["detail"] = result.Detail };
    }

    /// <summary>A probe step, or the gate of a wave. Without a site the control plane asks.</summary>
    public static async Task<ProbeResult> ProbeAsync(StepCall call, StepSettings settings, SiteId? site)
    {
        var http = settings.Text("http");
        var request = new ProbeRequest(
            http is null ? "tcp" : "http",
            http ?? settings.Text("tcp", string.Empty),
            settings.Integer("expect", 200),
            settings.Text("contains"));
        var options = site is { } at ? StepOptions.Patient(call, at) : StepOptions.OfControl(call);
        var within = settings.Duration("within", TimeSpan.FromMinutes(1));
        options.ScheduleToStartTimeout = null;
        options.ScheduleToCloseTimeout = within + TimeSpan.FromSeconds(5);
        options.StartToCloseTimeout = TimeSpan.FromSeconds(10);
        options.RetryPolicy = Calls.Patient;
        return await Workflow.ExecuteActivityAsync((IObserverActivities a) => a.ProbeAsync(request), options);
    }

    public async Task<JsonObject> ConfirmDownAsync(StepCall call)
    {
        var site = call.With.Site("site");
        var text = await SourceConfirmation.ConfirmAsync(
            site,
            context.Group.Sites,
            call.With.Integer("observers", 1),
            call.With.Duration("within", TimeSpan.FromSeconds(5)).TotalSeconds,
            context.Desk,
            TimeSpan.FromMinutes(30),
            call.Step.Path);
        return new JsonObject { ["down"] = true, ["observations"] = text };
    }

    public async Task<JsonObject> CallHttpAsync(StepCall call)
    {
        var expected = call.With.Text("expect") is null ? Array.Empty<int>() : [call.With.Integer("expect", 200)];
        var result = await Workflow.ExecuteActivityAsync(
            (IOutsideActivities a) => a.CallHttpAsync(new HttpCallRequest(
                Key(call),
                call.With.Text("method", "POST"),
                call.With.Text("url", string.Empty),
                call.With.Map("headers"),
                call.With.Text("body"),
                expected)),
            StepOptions.OfControl(call));
        return new JsonObject { ["status"] = result.Status, ["body"] = result.Body };
    }

    public async Task<JsonObject> NotifyAsync(StepCall call)
    {
        await Workflow.ExecuteActivityAsync(
            (IOutsideActivities a) => a.NotifyAsync(new NotifyRequest(
                Key(call),
                call.With.Text("severity", "info"),
                call.With.Text("title", call.Step.Title),
                call.With.Text("text", string.Empty))),
            StepOptions.OfControl(call));
        return [];
    }

    private StepKey Key(StepCall call) => new(context.Input.Run.ToString(), $"{call.Step.Path}#{call.Attempt}", Generation.None);
}
