using System.Text.Json.Nodes;

namespace Runbooks.Cli.Demo.Scenes;

/// <summary>Scenes 7 and 8: a drill that its timer starts, and one in whose middle the control plane dies.</summary>
internal static class DrillScene
{
    public static async Task PlayAsync(DemoState state, CancellationToken cancellationToken)
    {
        state.Narrator.Chapter(7, "A drill, started by its timer");
        var due = DateTime.UtcNow.AddSeconds(6);
        var body = new JsonObject
        {
            ["title"] = "Drill of the demo",
            ["runbook"] = "drill-isolated",
            ["group"] = DemoState.Group,
            ["calendar"] = $"{due.Second} {due.Minute} {due.Hour} * * * *",
            ["timeZone"] = "UTC",
            ["inputs"] = new JsonObject(),
        };
        var schedule = await state.Operator.PostAsync("/api/v1/schedules", body, cancellationToken);
        state.Narrator.Say($"schedule {schedule!["id"]} is due at {due:HH:mm:ss} UTC");
        var run = await FirstRunAsync(state, cancellationToken);
        var view = await state.FinishRunAsync(run, "Isolated drill", TimeSpan.FromMinutes(2), cancellationToken);
        var drill = ReturnScene.Outputs(view)["drill"]!;
        var residue = drill["residue"]!.AsArray().Count;
        state.Figures["residue"] = residue;
        state.Figures["drillRecoverySeconds"] = drill["recoverySeconds"]!.GetValue<double>();
        state.Figures["drillLossSeconds"] = drill["lossSeconds"]?.DeepClone();
        state.Check(
            "The drill meets both objectives", drill["passed"]!.GetValue<bool>(),
            $"recovered in {drill["recoverySeconds"]} s on a clone at the standby; "
                + $"would have lost {drill["lossSeconds"]} s");
        state.Check("The drill leaves nothing behind", residue == 0, "inventory of both sites before and after: equal");
        state.Check("Production was never touched", state.Load.IsRunning, $"the load went on: {state.Load.Acknowledged} records");
    }

    public static async Task KillControlPlaneAsync(DemoState state, CancellationToken cancellationToken)
    {
        state.Narrator.Chapter(8, "kill -9 of the control plane in the middle of a second drill");
        var run = await state.Operator.StartAsync(
            "drill-isolated", DemoState.Group, new JsonObject { ["hold"] = "6s" }, "what if the orchestrator dies", cancellationToken);
        await UntilAsync(state, run, "5", cancellationToken);
        var acknowledged = state.Load.Acknowledged;
        await state.Stack.ControlPlane.KillAsync();
        state.Narrator.Say("killed: engine, workflow worker and API are gone; the load and the replication go on");
        await state.Load.WaitForAsync(100, TimeSpan.FromSeconds(30), cancellationToken);
        await state.Stack.StartControlPlaneAsync(cancellationToken);
        var view = await state.FinishRunAsync(run, "The drill with the killed control plane", TimeSpan.FromMinutes(2), cancellationToken);
        var drill = ReturnScene.Outputs(view)["drill"]!;
        var steps = await state.Operator.StepsAsync(run, cancellationToken);
        state.Check("The run goes on at the same step", view["state"]!.ToString() == "succeeded", $"{steps.Count} steps, run id unchanged");
        state.Check(
            "No effect happened twice", drill["residue"]!.AsArray().Count == 0 && drill["passed"]!.GetValue<bool>(), "one clone made, one removed, nothing left");
        state.Check("Writes never waited for the control plane", state.Load.Acknowledged > acknowledged, $"{state.Load.Acknowledged - acknowledged} more records");
    }

    private static async Task<string> FirstRunAsync(DemoState state, CancellationToken cancellationToken)
    {
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(90);
        while (DateTime.UtcNow < until)
        {
            var runs = await state.Operator.GetAsync("/api/v1/runs?kind=drill-isolated", cancellationToken);
            if (runs!["items"]!.AsArray().FirstOrDefault() is { } run)
            {
                return run["id"]!.ToString();
            }

            state.Narrator.Progress("waiting for the timer");
            await Task.Delay(250, cancellationToken);
        }

        throw new StoryBrokenException("The drill's timer did not fire within 90 s.");
    }

    // The drill's own steps live in its child workflow; the hold is its fifth.
    private static async Task UntilAsync(DemoState state, string run, string step, CancellationToken cancellationToken)
    {
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(60);
        while (DateTime.UtcNow < until)
        {
            var steps = await state.Operator.StepsAsync(run, cancellationToken);
            if (steps.Any(s => s["path"]!.ToString().EndsWith(step, StringComparison.Ordinal) && s["state"]!.ToString() == "running"))
            {
                return;
            }

            await Task.Delay(100, cancellationToken);
        }

        throw new StoryBrokenException($"The drill did not reach its step {step}: {await state.Operator.DescribeAsync(run, cancellationToken)}");
    }
}
