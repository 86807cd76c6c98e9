using System.Text.Json.Nodes;
using Runbooks.ControlPlane.Hosting;
using Runbooks.Tests.Integration.ControlPlane;

namespace Runbooks.Tests.Integration.Cli;

/// <summary>
/// How a command reaches its control plane: over TLS, through broken lines, and with words completed by a shell.
/// </summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task SecureAddress_WithTheInstallationsAuthority_IsTrustedAndOnlyWithIt()
    {
        await using var plane = await ControlPlaneFixture.StartAsync(
            o => o with { ApiListen = ListenAddress.Parse("0.0.0.0:0") });
        var address = $"https://127.0.0.1:{new Uri(plane.Host.Addresses.Api).Port}";
        var cli = new CliProcess(address, plane.AdminToken);
        var authority = Path.Combine(plane.Options.Data, "pki", "ca.crt");

        var trusting = await cli.RunAsync("control-plane", "-o", "json", "--ca", authority);
        Assert.True(trusting.Code == 0, trusting.Errors);
        Assert.NotNull(JsonNode.Parse(trusting.Output)!["epoch"]);
        var byVariable = cli with { Variables = new Dictionary<string, string> { ["RUNBOOKS_CA"] = authority } };
        Assert.Equal(0, (await byVariable.RunAsync("control-plane")).Code);

        var stranger = await cli.RunAsync("control-plane");
        Assert.Equal(4, stranger.Code);
        Assert.Contains("certificate", stranger.Errors, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("--ca", stranger.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(plane.AdminToken, stranger.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_LineCutInBetween_AreNeitherLostNorRepeated()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        using var line = new CuttableLine(plane.Host.Addresses.Api);
        var cli = new CliProcess(line.Address, plane.AdminToken);
        using var tail = cli.Start("events", "--after", "0", "-o", "json");
        try
        {
            string[] expected = ["one", "two", "three", "four"];
            List<string> seen = [];
            foreach (var group in expected)
            {
                await plane.Admin.PostAsync("/api/v1/groups", new { id = group }).OkAsync();
                while (seen.Count == 0 || seen[^1] != group)
                {
                    var happened = JsonNode.Parse(await LineAsync(tail))!;
                    if ((string?)happened["kind"] == "group.created")
                    {
                        seen.Add((string)happened["subject"]!);
                    }
                }

                Assert.NotEqual(0, line.Cut());
            }

            Assert.Equal(expected, seen);
            Assert.Contains(
                "resuming", await tail.StandardError.ReadLineAsync(TestContext.Current.CancellationToken),
                    StringComparison.Ordinal);
        }
        finally
        {
            tail.Kill();
        }
    }

    [Fact]
    public async Task Watch_ControlPlaneAwayForAWhile_SaysSoAndGoesOn()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.Admin.PostAsync("/api/v1/groups", new { id = "before" }).OkAsync();
        var line = new CuttableLine(plane.Host.Addresses.Api);
        var port = new Uri(line.Address).Port;
        using var watch =
            new CliProcess(line.Address, plane.AdminToken).Start("group", "list", "-o", "name", "--watch", "--every",
                "0.2s");
        try
        {
            Assert.Equal("before", await LineAsync(watch));
            line.Dispose();
            Assert.StartsWith("No control plane answers", await LineAsync(watch), StringComparison.Ordinal);
            line = new CuttableLine(plane.Host.Addresses.Api, port);
            await plane.Admin.PostAsync("/api/v1/groups", new { id = "after" }).OkAsync();
            while (await LineAsync(watch) != "after")
            {
                // What came before: the old list again, and the rest of the message.
            }
        }
        finally
        {
            watch.Kill();
            line.Dispose();
        }
    }

    private static async Task<string> LineAsync(System.Diagnostics.Process process)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        return await process.StandardOutput.ReadLineAsync(limit.Token)
            ?? throw new InvalidOperationException(
                $"It ended: {await process.StandardError.ReadToEndAsync(limit.Token)}");
    }
}
