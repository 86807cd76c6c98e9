using System.Net;
using System.Net.Sockets;

namespace Runbooks.Tests.Integration.Agents;

/// <summary>What an agent refuses before it serves anything, and what its verbs say when they cannot be done.</summary>
public sealed class AgentRefusalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rb-agent-").FullName;

    private string Data => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("""{"site":"site-a","sites":["b"]}""", "sites")]
    [InlineData("""{"site":"site-a","nbd":5}""", "nbd")]
    [InlineData("""{"site":"site-a",""", "LineNumber")]
    public async Task Configuration_NotAsDescribed_NamesTheField(string text, string named)
    {
        var file = Path.Combine(_folder, "agent.json");
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        var said = await AgentCommand.RefusedAsync("RB-AGENT-101", "run", "--data", Data, "--config", file);
        Assert.Contains(named, said, StringComparison.Ordinal);
        Assert.Contains(file, said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task Configuration_ThatIsNotThere_IsNamed() => Assert.Contains(
        "absent.json",
        await AgentCommand.RefusedAsync("RB-AGENT-101", "run", "--data", Data, "--config",
            Path.Combine(_folder, "absent.json")),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("RB-AGENT-102", "Site A", "--site", "Site A")]
    [InlineData("RB-AGENT-102", "--site", "--nbd", "127.0.0.1:0")]
    [InlineData("RB-AGENT-109", "nowhere", "--site", "site-a", "--wan", "nowhere")]
    [InlineData("RB-AGENT-109", "unix:/tmp/w.sock", "--site", "site-a", "--wan", "unix:/tmp/w.sock")]
    [InlineData("RB-AGENT-109", "10.0.0.1", "--site", "site-a", "--nbd", "10.0.0.1")]
    [InlineData("RB-AGENT-110", "0.0.0.0:10809", "--site", "site-a", "--nbd", "0.0.0.0:10809")]
    public async Task Run_WithAWrongArgument_NamesItAndMakesNothing(string code, string named,
        params string[] arguments)
    {
        var said = await AgentCommand.RefusedAsync(code, ["run", "--data", Data, .. arguments]);
        Assert.Contains(named, said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Theory]
    [InlineData("RB-AGENT-102", "Site A", "https://127.0.0.1:1")]
    [InlineData("RB-AGENT-113", "site-a", "http://127.0.0.1:1")]
    [InlineData("RB-AGENT-113", "site-a", "control-plane")]
    [InlineData("RB-AGENT-114", "site-a", "https://127.0.0.1:1")]
    public async Task Join_ThatCannotWork_SaysWhyAndStoresNothing(string code, string site, string address)
    {
        await AgentCommand.RefusedAsync(
            code, "join", "--data", Data, "--site", site, "--control-plane", address, "--token", "secret-word",
            "--ca-fingerprint", new string('0', 64));
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task Verb_WithoutARunningAgent_SaysHowToStartOne() => Assert.Contains(
        "run --data",
        await AgentCommand.RefusedAsync("RB-AGENT-107", "volume", "status", "--data", Data),
        StringComparison.Ordinal);

    [Fact]
    public async Task Folder_OfARunningAgent_IsNotSharedAndTheFirstGoesOn()
    {
        using var first = await AgentCommand.RunningAsync("--data", Data, "--site", "site-a");
        try
        {
            var said = await AgentCommand.RefusedAsync("RB-AGENT-108", "run", "--data", Data, "--site", "site-a");
            Assert.Contains(Data, said, StringComparison.Ordinal);
            Assert.Equal(0, (await AgentCommand.RunAsync("volume", "status", "--data", Data)).Code);
            await AgentCommand.RefusedAsync("RB-AGENT-103", "volume", "fence", "--data", Data, "--id", "disk");
            await AgentCommand.RefusedAsync("RB-SITE-001", "volume", "fence", "--data", Data, "--id", "vol_nothing");
        }
        finally
        {
            first.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task Promotion_ByHandWithoutProof_NeedsAnAcceptedLoss()
    {
        using var agent = await AgentCommand.RunningAsync("--data", Data, "--site", "site-b");
        try
        {
            var made = await AgentCommand.RunAsync(
                "volume", "create", "--data", Data, "--id", "vol_disk01", "--size", "4M", "--role", "standby",
                "--peer", "site-a", "--address", "127.0.0.1:1");
            Assert.True(made.Code == 0, made.Errors);
            var said =
                await AgentCommand.RefusedAsync("RB-AGENT-105", "volume", "promote", "--data", Data, "--id",
                    "vol_disk01");
            Assert.Contains("--accept-loss", said, StringComparison.Ordinal);
            Assert.Contains("standby", (await AgentCommand.RunAsync("volume", "status", "--data", Data)).Output,
                StringComparison.Ordinal);
        }
        finally
        {
            agent.Kill(entireProcessTree: true);
        }
    }

    [Theory]
    [InlineData("--wan")]
    [InlineData("--nbd")]
    public async Task Port_InUse_IsNamedWithTheCorrectionAndNothingServes(string option)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = taken.LocalEndpoint.ToString()!;
        var (code, _, errors) = await AgentCommand.RunAsync("run", "--data", Data, "--site", "site-a", option, address);
        Assert.Equal(1, code);
        Assert.Contains(address, errors, StringComparison.Ordinal);
        Assert.Contains("in use", errors, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("correction:", errors, StringComparison.Ordinal);
        await AgentCommand.RefusedAsync("RB-AGENT-107", "volume", "status", "--data", Data);
    }
}
