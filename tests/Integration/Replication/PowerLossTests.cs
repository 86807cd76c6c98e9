namespace Runbooks.Tests.Integration.Replication;

/// <summary>
/// The primary's machine loses power: its process is gone, its boot id changes, and its image lacks what was not
/// flushed. The cut itself is
/// played by taking blocks back in the image file; everything else is real.
/// </summary>
public sealed class PowerLossTests
{
    private const int RecordBytes = 4096;

    [Fact]
    public async Task PrimaryThatLostPower_ServesEveryAcknowledgedWrite_FetchedFromTheStandby()
    {
        using var sites = new TwoSites();
        sites.A.BootId = "boot-1";
        await sites.StartAsync();
        await sites.InSyncAsync();
        using (var guest = sites.Connect())
        {
            for (var n = 0; n < 200; n++)
            {
                Assert.Equal(0u, guest.Write(n * 3L * RecordBytes, Record(n), fua: false));
            }
        }

        sites.A.Kill();
        LoseUnflushed(sites.ImageA);
        sites.A.BootId = "boot-2";
        await sites.A.StartAsync();
        await sites.A.WaitForAsync(AgentProcess.IsOpen, TwoSites.Patience);
        using (var guest = sites.Connect())
        {
            for (var n = 0; n < 200; n++)
            {
                Assert.Equal(Record(n), guest.Read(n * 3L * RecordBytes, RecordBytes));
            }
        }

        await sites.A.SaidAsync("power-lost -> restored");
        await sites.InSyncAsync();
        await sites.AssertEqualAsync();
    }

    [Fact]
    public async Task PrimaryThatLostPower_WithoutItsStandby_StaysClosedUntilItIsBack()
    {
        using var sites = new TwoSites();
        sites.A.BootId = "boot-1";

        // Longer than the test's patience: on a busy machine, too, the primary never goes on alone,
        // which would change the story.
        await sites.StartAsync(onLinkLoss: "arbitrate", peerTimeout: "600");
        await sites.InSyncAsync();
        using (var guest = sites.Connect())
        {
            Assert.Equal(0u, guest.Write(0, Record(1), fua: false));
        }

        sites.B.Kill();
        sites.A.Kill();
        LoseUnflushed(sites.ImageA);
        sites.A.BootId = "boot-2";
        await sites.A.StartAsync();
        var status = await sites.A.WaitForAsync(
            _ => SinceThePowerCut(sites.A).Contains("confirming -> resolving", StringComparison.Ordinal),
            TwoSites.Patience);
        Assert.False(AgentProcess.IsOpen(status));
        Assert.DoesNotContain("resolving -> open", SinceThePowerCut(sites.A), StringComparison.Ordinal);

        await sites.B.StartAsync();
        await sites.A.WaitForAsync(AgentProcess.IsOpen, TwoSites.Patience);
        using var again = sites.Connect();
        Assert.Equal(Record(1), again.Read(0, RecordBytes));
    }

    private static string SinceThePowerCut(AgentProcess agent)
    {
        var log = agent.Log;
        var cut = log.LastIndexOf("powered -> power-lost", StringComparison.Ordinal);
        return cut < 0 ? string.Empty : log[cut..];
    }

    // Every second written block as if it had never reached the disk.
    private static void LoseUnflushed(string image)
    {
        using var file = new FileStream(image, FileMode.Open, FileAccess.Write);
        for (var n = 0; n < 200; n += 2)
        {
            file.Position = n * 3L * RecordBytes;
            file.Write(new byte[RecordBytes]);
        }

        file.Position = 0;
        file.Write(new byte[RecordBytes]);
    }

    private static byte[] Record(int n) => [.. Enumerable.Range(0, RecordBytes).Select(i => (byte)((n * 31) + i + 1))];
}
