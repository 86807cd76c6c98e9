using System.Text.Json;
using Runbooks.Tests.Benchmarks.Processes;

namespace Runbooks.Tests.Benchmarks.DataPath;

/// <summary>Our volume: an agent process alone, or two with the volume attached from one to the other.</summary>
internal sealed class AgentVolume : MeasuredVolume
{
    private const string Volume = "vol_bench01";
    private static readonly string Binary = Path.Combine(AppContext.BaseDirectory, "Runbooks.SiteAgent");
    private readonly string _folder;
    private readonly bool _isReplicated;

    private AgentVolume(string name, string folder, int port, bool isReplicated, params Daemon[] daemons)
        : base(name, port, Volume, daemons) => (_folder, _isReplicated) = (folder, isReplicated);

    public static async Task<MeasuredVolume?> StartSingleAsync(string folder, int mebibytes)
    {
        var (daemon, nbd, _) = await StartAgentAsync(folder, "a");
        await VerbAsync(folder, "a", "volume", "create", "--id", Volume, "--size", $"{mebibytes}M");
        return new AgentVolume("our agent", folder, nbd, isReplicated: false, daemon);
    }

    public static async Task<MeasuredVolume?> StartReplicatedAsync(string folder, int mebibytes)
    {
        var (primary, nbd, wanA) = await StartAgentAsync(folder, "a");
        var (standby, _, wanB) = await StartAgentAsync(folder, "b");
        await VerbAsync(folder, "b", "volume", "create", "--id", Volume, "--size", $"{mebibytes}M", "--role", "standby",
            "--peer", "site-a", "--address", $"127.0.0.1:{wanA}");
        await VerbAsync(folder, "a", "volume", "create", "--id", Volume, "--size", $"{mebibytes}M");
        await VerbAsync(folder, "a", "volume", "attach", "--id", Volume, "--peer", "site-b",
            "--address", $"127.0.0.1:{wanB}", "--on-link-loss", "suspend");
        return new AgentVolume("our two agents", folder, nbd, isReplicated: true, primary, standby);
    }

    public override async Task SettleAsync()
    {
        while (_isReplicated && !await IsInSyncAsync())
        {
            await Task.Delay(100);
        }
    }

    public override IReadOnlyList<string> Copies => _isReplicated ? [ImageOf("a"), ImageOf("b")] : [];

    private string ImageOf(string site) => Path.Combine(_folder, site, "volumes", Volume, "image.raw");

    private async Task<bool> IsInSyncAsync()
    {
        var status = await VerbAsync(_folder, "a", "status");
        var link = status.GetProperty("volumes")[0].GetProperty("links")[0];
        return link.GetProperty("state").GetString() == "in-sync" && link.GetProperty("isComplete").GetBoolean();
    }

    private static async Task<(Daemon Daemon, int Nbd, int Wan)> StartAgentAsync(string folder, string site)
    {
        var data = Directory.CreateDirectory(Path.Combine(folder, site)).FullName;
        var (nbd, wan) = (Daemon.FreePort(), Daemon.FreePort());
        var daemon = await Daemon.StartAsync(
            Path.Combine(folder, $"{site}.log"), () => Task.FromResult(File.Exists(Path.Combine(data, "admin.sock"))),
            Binary, "run", "--data", data, "--site", $"site-{site}", "--wan", $"127.0.0.1:{wan}", "--nbd",
                $"127.0.0.1:{nbd}");
        return (daemon, nbd, wan);
    }

    private static async Task<JsonElement> VerbAsync(string folder, string site, params string[] verb)
    {
        var answer = await Tools.RunAsync(Binary, [.. verb, "--data", Path.Combine(folder, site)]);
        return JsonSerializer.Deserialize<JsonElement>(answer);
    }
}
