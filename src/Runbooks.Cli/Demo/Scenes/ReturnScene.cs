using System.Text.Json.Nodes;
using Runbooks.Cli.Records;

namespace Runbooks.Cli.Demo.Scenes;

/// <summary>Scene 5: the dead site returns, is refused as primary, catches up on the difference, and gets its work back as planned.</summary>
internal static class ReturnScene
{
    public static async Task PlayAsync(DemoState state, CancellationToken cancellationToken)
    {
        state.Narrator.Chapter(5, "Site A returns: refused as primary, catches up the difference, fails back as planned");
        await state.Stack.StartAgentAsync(DemoState.SiteA, cancellationToken);
        var refused = await RefusedAsync(state, cancellationToken);
        state.Check("The returned site is refused as primary", refused.Held, refused.Detail);

        // The load is the group's machine: in a planned switch it stops first, as a database would.
        var before = state.Load.LongestNow;
        var run = await state.Operator.StartAsync(
            "failback", DemoState.Group, new JsonObject { ["to"] = DemoState.SiteA }, "site A is repaired", cancellationToken);
        var stopped = StopLoadWhenAskedAsync(state, run, cancellationToken);
        var view = await state.FinishRunAsync(run, "Failback", TimeSpan.FromMinutes(3), cancellationToken);
        await stopped;
        var outputs = Outputs(view);

        // Counted by the data path of site B, whose agent has lived since before the disaster: everything it ever sent to catch A up.
        var sent = await SentAsync(state, cancellationToken);
        var full = state.Figures["fullBytes"]!.GetValue<long>();
        state.Figures["catchUpBytes"] = sent;
        state.Check("Only the difference was sent", sent > 0 && sent < full / 4, $"{sent >> 10} KiB of {full >> 20} MiB");
        var pause = outputs["switch"]?["pauseMilliseconds"]?.GetValue<double>() ?? -1;
        state.Figures["failbackPauseMilliseconds"] = pause;
        state.Narrator.Say($"longest write before the switch {before:0.0} ms; the drain paused writes for {pause:0.0} ms");
        var acknowledged = AcknowledgedRecords.Read(state.Load.AcknowledgedFile);
        var check = RecordCheck.Run(state.ExportOf(DemoState.SiteA, "disk1"), acknowledged);
        state.Figures["acknowledgedWrites"] = check.Acknowledged;
        state.Figures["lostWrites"] = state.Figures["lostWrites"]!.GetValue<long>() + check.Lost;
        state.Check(
            "The failback loses nothing", check is { Lost: 0, Torn: 0 }, $"{check.Acknowledged} acknowledged, {check.Lost} lost at site A");
        state.Load.Start(state.ExportOf(DemoState.SiteA, "disk1"));
        await state.Load.WaitForAsync(200, TimeSpan.FromSeconds(30), cancellationToken);
    }

    private static async Task<long> SentAsync(DemoState state, CancellationToken cancellationToken)
    {
        var status = (await state.Operator.GetAsync($"/api/v1/sites/{DemoState.SiteB}/status", cancellationToken))!;
        return status["volumes"]!.AsArray()
            .SelectMany(v => v!["links"]!.AsArray())
            .Sum(l => l!["copyBytesSent"]?.GetValue<long>() ?? 0);
    }

    // A write that fails proves little: an agent that is still starting fails it too. So the site itself must say
    // that it is no primary any
    // more: fenced by the generation it met, or a standby of the new one already, and closed.
    private static async Task<(bool Held, string Detail)> RefusedAsync(DemoState state, CancellationToken cancellationToken)
    {
        var said = "its agent has not reported";
        for (var tries = 0; tries < 120; tries++)
        {
            if (WriteIsTaken(state))
            {
                return (false, "a write at the old primary was acknowledged");
            }

            var (isFenced, words) = await RoleAsync(state, cancellationToken);
            said = words;
            if (isFenced)
            {
                return (true, words);
            }

            await Task.Delay(250, cancellationToken);
        }

        return (false, $"no write was taken, but the site never said that it is fenced: {said}");
    }

    private static bool WriteIsTaken(DemoState state)
    {
        try
        {
            using var connection = NbdConnection.Open(state.ExportOf(DemoState.SiteA, "disk1"));
            connection.WriteDurably(0, new byte[RecordBlock.Size]);
            return true;
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private static async Task<(bool IsFenced, string Words)> RoleAsync(DemoState state,
        CancellationToken cancellationToken)
    {
        var row =
            (await state.Operator.GetAsync($"/api/v1/protections/{DemoState.Workload}",
                cancellationToken))!["arbiter"]!;
        var status = (await state.Operator.GetAsync($"/api/v1/sites/{DemoState.SiteA}/status", cancellationToken))!;
        var volumes = status["volumes"]!.AsArray().Select(v => v!.AsObject()).ToList();
        var words = string.Join(
            "; ", volumes
                .Select(v =>
                    $"{v["disk"]}: {v["role"]}, generation {v["generation"]}, {(Open(v) ? "open" : "closed")}"));
        var generation = row["generation"]!.GetValue<long>();
        var isFenced = volumes.Count > 0 && volumes.All(v => !Open(v)
            && (v["role"]!.ToString() == "fenced"
                || (v["role"]!.ToString() == "standby" && v["generation"]!.GetValue<long>() == generation)));
        return (isFenced, $"its own status: {words}; the arbiter's generation is {generation}");
    }

    private static bool Open(JsonObject volume) => volume["isOpen"]!.GetValue<bool>();

    // The runbook stops the group's machines before the switch; the demo's own load process is that machine's writer.
    private static async Task StopLoadWhenAskedAsync(DemoState state, string run, CancellationToken cancellationToken)
    {
        while (true)
        {
            var steps = await state.Operator.StepsAsync(run, cancellationToken);
            if (steps.Any(s => s["path"]!.ToString() == "stop" && s["state"]!.ToString() is "running" or "succeeded"))
            {
                await state.Load.StopAsync();
                return;
            }

            if (steps.Any(s => s["state"]!.ToString() == "failed"))
            {
                return;
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>Outputs of a run's steps by path.</summary>
    public static Dictionary<string, JsonNode?> Outputs(JsonObject view) =>
        Field(view["result"], "outputs")?.AsObject().ToDictionary(o => o.Key, o => JsonNode.Parse(o.Value!.ToString())) ?? [];

    /// <summary>A field of a workflow's result, whatever the case of its first letter.</summary>
    public static JsonNode? Field(JsonNode? node, string name) =>
        (node as JsonObject)?.FirstOrDefault(f => string.Equals(f.Key, name, StringComparison.OrdinalIgnoreCase)).Value;
}
