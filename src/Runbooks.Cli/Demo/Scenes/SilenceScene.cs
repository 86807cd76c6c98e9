namespace Runbooks.Cli.Demo.Scenes;

/// <summary>Scene 6: the line between the sites falls silent for ten seconds while the load writes.</summary>
internal static class SilenceScene
{
    public static async Task PlayAsync(DemoState state, CancellationToken cancellationToken)
    {
        state.Narrator.Chapter(6, "The link is silent for 10 s under load");
        await WaitForAsync(state, IsComplete, "in sync before the silence", cancellationToken);
        var events = await EventsAsync(state, cancellationToken);
        var acknowledged = state.Load.Acknowledged;
        foreach (var line in state.Stack.Lines)
        {
            line.Silence(true);
        }

        for (var second = 10; second > 0; second--)
        {
            state.Narrator.Progress($"silent, {second} s left; {state.Load.Acknowledged - acknowledged} records acknowledged meanwhile");
            await Task.Delay(1000, cancellationToken);
        }

        foreach (var line in state.Stack.Lines)
        {
            line.Silence(false);
        }

        var alone = state.Load.Acknowledged - acknowledged;
        state.Check("Writes go on at the primary alone", alone > 0, $"{alone} records acknowledged during the silence");
        await WaitForAsync(state, IsComplete, "in sync again by itself", cancellationToken);
        var granted = (await EventsAsync(state, cancellationToken)) - events;
        state.Check("The permission to go alone is in the audit", granted > 0, $"{granted} arbiter decisions recorded");
        state.Figures["longestWriteMilliseconds"] = Math.Round(state.Load.LongestMilliseconds, 1);
        state.Check(
            "The longest write is the peer timeout and not the silence",
            state.Load.LongestNow < 8000,
            $"{state.Load.LongestNow:0} ms with a peer timeout of 3000 ms");
    }

    /// <summary>True when the arbiter has both sites complete.</summary>
    public static bool IsComplete(System.Text.Json.Nodes.JsonNode protection) =>
        protection["arbiter"]?["complete"]?.AsArray().Count == 2;

    /// <summary>Waits until the protection looks as asked.</summary>
    public static async Task WaitForAsync(
        DemoState state, Func<System.Text.Json.Nodes.JsonNode, bool> wanted, string what,
            CancellationToken cancellationToken)
    {
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(60);
        while (true)
        {
            var protection =
                (await state.Operator.GetAsync($"/api/v1/protections/{DemoState.Workload}", cancellationToken))!;
            if (wanted(protection))
            {
                state.Narrator.Say(what);
                return;
            }

            if (DateTime.UtcNow > until)
            {
                state.Check(what, false, protection.ToJsonString());
                throw new StoryBrokenException($"'{what}' did not come within 60 s.");
            }

            state.Narrator.Progress($"waiting: {what}; exposure {protection["exposure"]?.ToJsonString()}");
            await Task.Delay(250, cancellationToken);
        }
    }

    private static async Task<int> EventsAsync(DemoState state, CancellationToken cancellationToken) =>
        (await state.Operator.GetAsync("/api/v1/audit?kind=arbiter.went-alone&limit=200",
            cancellationToken))!["items"]!.AsArray().Count;
}
