using System.Net;
using System.Net.Sockets;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Workers;
using Runbooks.Domain.Errors;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Testing;
using Runbooks.Workflows.Sites;

namespace Runbooks.Tests.Unit.Procedures;

/// <summary>
/// A runbook's author chooses what the control plane probes: it must not become their eye in its own network.
/// </summary>
public sealed class OutsideAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:80")]
    [InlineData("10.1.2.3:22")]
    [InlineData("172.16.0.9:5432")]
    [InlineData("192.168.1.1:443")]
    [InlineData("169.254.169.254:80")]
    [InlineData("100.64.0.1:80")]
    [InlineData("[::1]:80")]
    [InlineData("[fd00::1]:80")]
    [InlineData("[::ffff:10.0.0.1]:80")]
    [InlineData("localhost:80")]
    public async Task Probe_OfAPrivateAddress_IsRefusedAndNotTriedAgain(string target)
    {
        foreach (var request in new[] { new ProbeRequest("tcp", target),
            new ProbeRequest("http", $"http://{target}/") })
        {
            var refused =
                await Assert.ThrowsAsync<ApplicationFailureException>(() =>
                    ProbeAsync(Allowing(), request));
            Assert.Equal("RB-HTTP-002", refused.ErrorType);
            Assert.True(refused.NonRetryable);
        }
    }

    [Fact]
    public async Task Probe_OfAPrivateAddressOnTheList_Connects()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var target = $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        var result =
            await ProbeAsync(Allowing(target), new ProbeRequest("tcp", target));
        Assert.StartsWith("connected to 127.0.0.1", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dial_OfAListedHost_TakesAnyOfItsPorts()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var stream =
            await OutsideAddress.DialAsync(new DnsEndPoint("127.0.0.1", port), ["127.0.0.1"], CancellationToken.None);
        Assert.True(stream.CanWrite);
        await Assert.ThrowsAsync<RefusalException>(async () =>
            await OutsideAddress.DialAsync(new DnsEndPoint("127.0.0.1", port), ["127.0.0.2"], CancellationToken.None));
    }

    private static ControlPlaneOptions Allowing(params string[] hosts) => new() { Data = "unused", HttpAllow = hosts };

    private static async Task<ProbeResult> ProbeAsync(ControlPlaneOptions options, ProbeRequest request)
    {
        // A probe asks no site, so it needs no board.
        using var watcher = new WatcherActivities(null!, options);
        return await new ActivityEnvironment().RunAsync(() => watcher.ProbeAsync(request));
    }
}
