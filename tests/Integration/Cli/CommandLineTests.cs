using System.Text.Json.Nodes;
using Runbooks.ControlPlane.Hosting;
using Runbooks.Tests.Integration.ControlPlane;

namespace Runbooks.Tests.Integration.Cli;

/// <summary>A dozen verbs against a real control plane, judged by what a script sees: exit code and output.</summary>
public sealed class CommandLineTests : IAsyncLifetime
{
    private const string Document = """
        apiVersion: runbooks/v1
        kind: Runbook
        metadata: { name: rehearse, title: Rehearse, owner: payments }
        spec:
          for: custom
          group: payments
          objectives: { rto: 15m, rpo: 0s }
          approvals: { real: { of: approver, count: 1, notRequester: true, expires: 30m } }
          steps:
            - { id: wait, uses: delay, with: { for: 1s } }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("rb-cli-").FullName;
    private ControlPlaneFixture _plane = null!;
    private CliProcess _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlaneFixture.StartAsync(o => o with { Roles = ControlPlaneRoles.All });
        _admin = new CliProcess(_plane.Host.Addresses.Api, _plane.AdminToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _plane.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Inventory_MadeByCommands_IsListedInEveryForm()
    {
        await OkAsync("site", "add", "site-a", "--title", "First hall");
        await OkAsync("group", "add", "payments");
        await OkAsync("workload", "add", "pay-db", "--group", "payments", "--site", "site-a", "--disk", "data=1GiB");
        Assert.Equal("pay-db\n", await OkAsync("workload", "list", "-o", "name"));
        Assert.Equal(1L << 30,
            (long)JsonNode.Parse(await OkAsync("workload", "get", "pay-db", "-o",
                "json"))!["metadata"]!["disks"]![0]!["sizeBytes"]!);
        Assert.Contains("never-enrolled", await OkAsync("site", "list"), StringComparison.Ordinal);
        Assert.Contains("id: site-a", await OkAsync("site", "list", "-o", "yaml"), StringComparison.Ordinal);
        await OkAsync("workload", "set", "pay-db", "--title", "Database of payments");
        Assert.Contains("Database of payments", await OkAsync("workload", "get", "pay-db"), StringComparison.Ordinal);

        var twice = await _admin.RunAsync("group", "add", "payments");
        Assert.Equal(1, twice.Code);
        Assert.Contains("RB-API-006", twice.Errors, StringComparison.Ordinal);
        Assert.Contains("Correction:", twice.Errors, StringComparison.Ordinal);
        Assert.Equal(4, (await _admin.RunAsync("status", "--check")).Code);
    }

    [Fact]
    public async Task RealRun_WithoutTheGroupsName_IsNotStarted()
    {
        await OkAsync("group", "add", "payments");
        await File.WriteAllTextAsync(Path.Combine(_folder, "rehearse.yaml"), Document,
            TestContext.Current.CancellationToken);
        Assert.Contains("published", await OkAsync("runbook", "sync", _folder), StringComparison.Ordinal);
        Assert.Contains("unchanged", await OkAsync("runbook", "sync", _folder), StringComparison.Ordinal);

        string[] start = ["run", "start", "rehearse", "--reason", "weekly"];
        var unnamed = await _admin.RunAsync(start);
        Assert.Equal(2, unnamed.Code);
        Assert.Contains("--yes payments", unnamed.Errors, StringComparison.Ordinal);
        Assert.Equal(2, (await _admin.RunAsync([.. start, "--yes", "billing"])).Code);
        Assert.Equal("", await OkAsync("run", "list", "-o", "name"));

        var asked = await _admin.RunAsync([.. start, "--yes", "payments"]);
        Assert.Equal(3, asked.Code);
        Assert.Contains("run approve", asked.Output, StringComparison.Ordinal);
        var run = (await OkAsync("run", "list", "-o", "name")).Trim();
        Assert.Equal(3, (await _admin.RunAsync("run", "approve", run, "--reason", "mine", "--yes", "payments")).Code);
        Assert.Equal(3, (await _admin.RunAsync("run", "watch", run, "--timeout", "1s")).Code);
    }

    [Fact]
    public async Task Audit_Exported_VerifiesWithoutAControlPlaneAndNotWhenAltered()
    {
        await OkAsync("group", "add", "payments");
        var bundle = Path.Combine(_folder, "chain.tar");
        await OkAsync("audit", "export", bundle);
        var alone = new CliProcess("http://127.0.0.1:1", "none");
        Assert.Equal(0, (await alone.RunAsync("audit", "verify", bundle)).Code);

        var bytes = await File.ReadAllBytesAsync(bundle, TestContext.Current.CancellationToken);
        var at = bytes.AsSpan().IndexOf("payments"u8);
        bytes[at] = (byte)'P';
        await File.WriteAllBytesAsync(bundle, bytes, TestContext.Current.CancellationToken);
        var altered = await alone.RunAsync("audit", "verify", bundle);
        Assert.Equal(1, altered.Code);
        Assert.Contains("record-altered", altered.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_FirstOneDead_SecondOneAnswers()
    {
        var pair = _admin with { Api = $"http://127.0.0.1:1,{_admin.Api}" };
        Assert.Equal(0, (await pair.RunAsync("control-plane")).Code);
        var dead = await (_admin with { Api = "http://127.0.0.1:1" }).RunAsync("status");
        Assert.Equal(4, dead.Code);
        Assert.Contains("Correction:", dead.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_FromTheBeginning_TellWhatHappened()
    {
        await OkAsync("group", "add", "payments");
        var events = await OkAsync("events", "--after", "0", "--count", "1", "-o", "json");
        Assert.NotNull(JsonNode.Parse(events)!["seq"]);
    }

    private async Task<string> OkAsync(params string[] arguments)
    {
        var (code, output, errors) = await _admin.RunAsync(arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)} ended with {code}: {errors}{output}");
        return output;
    }
}
