using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Runbooks.Cli.Demo.Scenes;

/// <summary>
/// Scenes 2 and 3: a real disk, adopted where it lies, is protected while a load writes to its neighbour.
/// </summary>
internal static class ProtectScene
{
    private const long RecordsBytes = 512L << 20;

    public static async Task MakeInputAsync(DemoState state, CancellationToken cancellationToken)
    {
        state.Narrator.Chapter(2, "A real disk");
        var image = state.Options.Image is null
            ? await DemoImage.MakeAsync(state.Folder, state.Narrator.Say, cancellationToken)
            : await TakeAsync(state, state.Options.Image, cancellationToken);
        var records = Path.Combine(state.Folder, "disk1.raw");
        await using (var file = new FileStream(records, FileMode.Create))
        {
            file.SetLength(RecordsBytes);
        }

        var (code, _) = await Shell.TryAsync("e2fsck", ["-fn", image], cancellationToken);
        if (code == 0)
        {
            state.Files = await DemoImage.DigestsAsync(image, state.Folder, cancellationToken);
        }

        await AdoptAsync(state, "disk0", image, cancellationToken);
        await AdoptAsync(state, "disk1", records, cancellationToken);
        state.Narrator.Say(
            $"disk0: {new FileInfo(image).Length >> 20} MiB, {state.Files.Count} files; disk1: {RecordsBytes >> 20} MiB for the records of the load");
    }

    public static async Task ProtectAsync(DemoState state, CancellationToken cancellationToken)
    {
        state.Narrator.Chapter(3, "Protect: full copy, catch-up, dual write, in sync");
        state.Load.Start(state.ExportOf(DemoState.SiteA, "disk1"));
        await state.Load.WaitForAsync(100, TimeSpan.FromSeconds(30), cancellationToken);
        await state.Operator.DescribeAsync(DemoState.Group, Workload(state), cancellationToken);
        var run = await state.Operator.ProtectAsync(
            new JsonObject
            {
                ["workload"] = DemoState.Workload,
                ["standbys"] = new JsonArray(DemoState.SiteB),
                ["onLinkLoss"] = "arbitrate",
                ["peerTimeoutSeconds"] = 3,
                ["holdDownSeconds"] = 1,
                ["rtoSeconds"] = 900,
                ["rpoSeconds"] = 0,
                ["reason"] = "the demo protects its database",
            },
            cancellationToken);
        var view = await state.FinishRunAsync(run, "Replication setup", TimeSpan.FromMinutes(3), cancellationToken);
        var protection =
            (await state.Operator.GetAsync($"/api/v1/protections/{DemoState.Workload}", cancellationToken))!;
        state.Protection = protection["id"]!.ToString();
        var complete = protection["arbiter"]!["complete"]!.AsArray().Select(c => c!.ToString()).ToList();
        state.Check(
            "Both sites are complete, by the arbiter's row",
            complete.Contains(DemoState.SiteA) && complete.Contains(DemoState.SiteB),
            $"complete: {string.Join(", ", complete)}; exposure {protection["exposure"]?.ToJsonString()}");
        var copied = ReturnScene.Field(view["result"], "copiedBytes")?.GetValue<long>() ?? 0;
        var full = state.Sizes.Values.Sum();
        state.Figures["fullBytes"] = full;
        state.Figures["copiedBytes"] = copied;
        state.Check(
            "Holes stay holes in the full copy", copied > 0 && copied < full,
                $"{copied >> 20} MiB sent of {full >> 20} MiB of disks");
        await state.Load.WaitForAsync(300, TimeSpan.FromSeconds(30), cancellationToken);
    }

    private static JsonObject Workload(DemoState state) => new()
    {
        ["id"] = DemoState.Workload,
        ["title"] = "Payments database",
        ["group"] = DemoState.Group,
        ["site"] = DemoState.SiteA,
        ["tier"] = "database",
        ["cpuCount"] = 1,
        ["memoryMiB"] = 256,
        ["disks"] = new JsonArray(Disk(state, "disk0"), Disk(state, "disk1")),
        ["driver"] = new JsonObject
        {
            ["kind"] = "command",
            ["start"] = new JsonArray(
                "dotnet", Stack.Parts.Self, "guest", "--disk", "{nbd:disk0}", "--records", "{nbd:disk1}", "--mode",
                    "{mode}",
                "--ready", "{folder}/ready"),
            ["health"] = new JsonArray("test", "-s", "{folder}/ready"),
            ["timeoutSeconds"] = 60,
        },
    };

    private static JsonObject Disk(DemoState state, string name) => new()
    {
        ["name"] = name,
        ["sizeBytes"] = state.Sizes[name],
        ["volume"] = state.Volumes[name],
    };

    private static async Task<string> TakeAsync(DemoState state, string image, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(image);
        if (!File.Exists(full))
        {
            throw new StoryBrokenException($"The image {full} is not there. Correction: name a raw image that exists.");
        }

        if (state.Options.InPlace)
        {
            return full;
        }

        var copy = Path.Combine(state.Folder, "disk0.raw");
        state.Narrator.Say($"working on a copy of {full}");
        await Shell.RunAsync("cp", ["--sparse=always", "--reflink=auto", full, copy], cancellationToken);
        return copy;
    }

    private static async Task AdoptAsync(DemoState state, string disk, string image,
        CancellationToken cancellationToken)
    {
        var volume = $"vol_{Guid.NewGuid():n}";
        await state.Stack.AgentVerbAsync(
            ["volume", "adopt", "--data", state.Stack.FolderOf(DemoState.SiteA), "--id", volume, "--image", image,
                "--export", $"{DemoState.Workload}-{disk}"],
            cancellationToken);
        state.Volumes[disk] = volume;
        state.Sizes[disk] = new FileInfo(image).Length;
    }
}
