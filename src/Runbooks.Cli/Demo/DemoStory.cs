using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Runbooks.Cli.Demo.Scenes;
using Runbooks.Cli.Http;
using Runbooks.Cli.Stack;
using Spectre.Console;

namespace Runbooks.Cli.Demo;

/// <summary>
/// The whole story on real parts: protect, lose a site, fail over, fail back, degrade, drill, lose the control plane,
/// prove it.
/// </summary>
internal static class DemoStory
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static async Task<int> PlayAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        if (MissingTool() is { } missing)
        {
            await Console.Error.WriteLineAsync(missing);
            return ExitCodes.NotReady;
        }

        var narrator = new Narrator(Narrator.Screen());
        var folder = options.Folder ?? Directory.CreateTempSubdirectory("runbooks-demo-").FullName;
        Reachable(folder);
        if (options.Report is not null)
        {
            Directory.CreateDirectory(options.Report);
        }

        using var stack = new LocalStack(new StackOptions(folder, [DemoState.SiteA, DemoState.SiteB])
        {
            Temporal = options.Temporal,
            WithLines = true,
        });
        using var state = new DemoState(options, folder, stack, narrator);
        try
        {
            await PlayAsync(state, cancellationToken);
        }
        catch (Exception e) when (e is StoryBrokenException or StackException or ApiException or TimeoutException
            or InvalidOperationException
            or IOException or System.Net.Sockets.SocketException)
        {
            state.Check("The story is played to its end", false, e.Message);
        }

        Finish(state);
        if (options.Keep && !cancellationToken.IsCancellationRequested)
        {
            await KeepAsync(state, cancellationToken);
        }

        await state.Load.StopAsync();
        await stack.StopAsync();
        if (options.Folder is null && state.Claims.AllHeld)
        {
            Directory.Delete(folder, recursive: true);
        }
        else if (options.Folder is null)
        {
            narrator.Say($"logs are kept in {stack.Logs}");
        }

        return state.Claims.AllHeld ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static async Task PlayAsync(DemoState state, CancellationToken cancellationToken)
    {
        state.Narrator.Chapter(1, "A whole installation: PostgreSQL, control plane, engine, two sites");
        await state.Stack.StartAsync(state.Narrator.Say, cancellationToken);
        state.Narrator.Say($"console: {await state.Stack.SignInLinkAsync(cancellationToken)} (signs in once)");
        state.Operator = new Operator(state.Stack.Client, state.Stack.Api);
        await PublishAsync(state, cancellationToken);
        await ProtectScene.MakeInputAsync(state, cancellationToken);
        await ProtectScene.ProtectAsync(state, cancellationToken);
        await DisasterScene.PlayAsync(state, cancellationToken);
        await ReturnScene.PlayAsync(state, cancellationToken);
        await SilenceScene.PlayAsync(state, cancellationToken);
        await DrillScene.PlayAsync(state, cancellationToken);
        await DrillScene.KillControlPlaneAsync(state, cancellationToken);
        await ProofScene.PlayAsync(state, cancellationToken);
    }

    private static async Task PublishAsync(DemoState state, CancellationToken cancellationToken)
    {
        var folder = Parts.Runbooks ?? throw new StackException("The shipped runbooks are not beside the program.");
        foreach (var name in new[] { "failover-unplanned", "failover-planned", "failback", "drill-isolated" })
        {
            var text = await File.ReadAllTextAsync(Path.Combine(folder, $"{name}.yaml"), cancellationToken);
            await state.Operator.PublishAsync(name, text, cancellationToken);
        }
    }

    private static void Finish(DemoState state)
    {
        var figures = state.Figures;
        var table = new Table().Title("What the demo measured").AddColumns("figure", "value");
        Row(table, "acknowledged writes", figures["acknowledgedWrites"]);
        Row(table, "lost writes", figures["lostWrites"]);
        Row(table, "RPO (s)", figures["rpoSeconds"]);
        Row(table, "RTO of the unplanned failover (s)", figures["rtoSeconds"]);
        Row(table, "longest guest write (ms)", figures["longestWriteMilliseconds"]);
        Row(table, "bytes of disks", figures["fullBytes"]);
        Row(table, "bytes of the full copy", figures["copiedBytes"]);
        Row(table, "bytes of the failback's catch-up", figures["catchUpBytes"]);
        Row(table, "drill: recovery (s)", figures["drillRecoverySeconds"]);
        Row(table, "drill: what would have been lost (s)", figures["drillLossSeconds"]);
        Row(table, "drill: things left behind", figures["residue"]);
        Row(table, "runs", state.Runs.Count);
        Row(table, "audit records", figures["auditRecords"]);
        Row(table, "claims that held", $"{state.Claims.All.Count(c => c.Held)} of {state.Claims.All.Count}");
        Row(table, "time (s)", Math.Round(state.Narrator.Elapsed.TotalSeconds));
        Narrator.Screen().Write(table);
        if (state.Options.Report is { } folder)
        {
            figures["claims"] = new JsonArray([.. state.Claims.All.Select(c => (JsonNode)new JsonObject
            {
                ["name"] = c.Name,
                ["held"] = c.Held,
                ["detail"] = c.Detail,
            })]);
            figures["runs"] = state.Runs.Count;
            figures["engine"] = state.Options.Temporal is null ? "embedded" : "temporal";
            File.WriteAllText(Path.Combine(folder, "demo.json"), figures.ToJsonString(Indented) + "\n");
        }
    }

    private static void Row(Table table, string name, object? value) => table.AddRow(Markup.Escape(name), Markup.Escape(
        value is JsonValue figure && figure.TryGetValue(out double seconds)
            ? seconds.ToString("0.##", CultureInfo.InvariantCulture)
            : value?.ToString() ?? "not measured"));

    private static async Task KeepAsync(DemoState state, CancellationToken cancellationToken)
    {
        // The control plane was killed in the story: what was printed at its beginning may be used or too old.
        state.Narrator.Say($"kept running; look at it: {await state.Stack.SignInLinkAsync(cancellationToken)}");
        state.Narrator.Say($"or RUNBOOKS_CONTEXT={Path.Combine(state.Folder, "context.json")} runbooks console; Ctrl-C ends it");
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C: the caller stops the stack.
        }
    }

    // When root runs this, the database runs as another account and must walk through the folder.
    private static void Reachable(string folder)
    {
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder,
            File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    private static string? MissingTool()
    {
        string[] tools = ["mkfs.ext4", "e2fsck", "debugfs", "setpriv"];
        var missing = tools.Where(t => Shell.Find(t) is null).ToList();
        return missing.Count == 0
            ? null
            : $"The demo needs {string.Join(", ", missing)}. Correction: apt-get install e2fsprogs util-linux";
    }
}
