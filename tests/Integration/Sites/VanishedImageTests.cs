using Runbooks.BlockPath.Site;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Status;
using Runbooks.Domain.Units;
using Runbooks.Domain.Workloads;
using Runbooks.Tests.Integration.Agents;
using Runbooks.Tests.Integration.Replication;
using static Runbooks.Tests.Integration.Sites.SiteUnderTest;

namespace Runbooks.Tests.Integration.Sites;

/// <summary>Files of a volume that somebody moved away while its agent was not running: the others go on.</summary>
public sealed class VanishedImageTests : IDisposable
{
    private static readonly VolumeId Second = VolumeId.Parse("vol_disk02");
    private static readonly VolumeId Other = VolumeId.Parse("vol_other1");
    private static readonly ProtectionId OtherProtection = ProtectionId.Parse("prt_other1");

    private readonly string _folder = Directory.CreateTempSubdirectory("rb-gone-").FullName;

    private string Data => Path.Combine(_folder, "data");

    private string Image => Path.Combine(_folder, "mine.img");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Image_MovedAway_IsNamedAndNeverMadeAnew()
    {
        var content = new byte[Size];
        Random.Shared.NextBytes(content);
        await File.WriteAllBytesAsync(Image, content, TestContext.Current.CancellationToken);
        await RunAsync(async () => Assert.Equal(
            0, (await AgentCommand.RunAsync("volume", "adopt", "--data", Data, "--id", $"{Volume}", "--image",
                Image)).Code));
        File.Move(Image, Image + ".away");

        await RunAsync(async () =>
        {
            var (code, status, _) = await AgentCommand.RunAsync("volume", "status", "--data", Data);
            Assert.Equal(0, code);
            Assert.Contains("not served", status, StringComparison.Ordinal);
            Assert.Contains(Image, status, StringComparison.Ordinal);
            Assert.Contains(Image, await AgentCommand.RefusedAsync(
                "RB-SITE-017", "volume", "promote", "--data", Data, "--id", $"{Volume}"), StringComparison.Ordinal);
            Assert.False(File.Exists(Image));
        });

        File.Move(Image + ".away", Image);
        await RunAsync(async () => Assert.Contains(
            "primary", (await AgentCommand.RunAsync("volume", "status", "--data", Data)).Output,
                StringComparison.Ordinal));
        Assert.Equal(content, await File.ReadAllBytesAsync(Image, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Machine_WithOneDiskGone_IsNotServedByHalfAndTheOthersAre()
    {
        await MakeThreeAsync();
        var image = ImageOf(Second);
        File.Move(image, image + ".away");
        using var site = new SiteUnderTest(A, folder: Data);
        await site.UntilAsync(() => Status(site, Other).IsOpen);
        var (first, second) = (Status(site, Volume), Status(site, Second));
        Assert.Contains(image, second.Failure, StringComparison.Ordinal);
        Assert.Contains($"{Second} of the same protection is absent", first.Failure, StringComparison.Ordinal);
        Assert.All([first, second], v => Assert.False(v.IsOpen));
        Assert.All([first, second], v => Assert.Empty(v.ExportName));
        Assert.All([first, second], v => Assert.Equal(Role.Primary, v.Role));
        Assert.Equal(3, site.Site.TakeInventory().Items.Count(i => i.Kind == "volume"));

        File.Move(image + ".away", image);
        await site.UntilAsync(() => site.Site.Describe().Volumes.All(v => v is { IsOpen: true, Failure: "" }));
        using var guest = new NbdWriter(int.Parse(site.Site.NbdAddresses[0].Split(':')[^1]), Second.ToString());
        Assert.Equal(0u, guest.Write(0, new byte[4096]));
    }

    [Fact]
    public async Task Order_AboutAnAbsentCopy_IsRefusedAndChangesNothing()
    {
        await MakeThreeAsync();
        File.Delete(ImageOf(Second));
        using var site = new SiteUnderTest(A, folder: Data);
        var row = ArbiterRow.Begin(Protection, A, [B], DateTimeOffset.UnixEpoch);
        var (volumes, roles, copies) = (site.Site.Volumes, site.Site.Roles, site.Site.Replication);
        var sayings = new[]
        {
            (await volumes.CreateAsync(new NewVolume(Second, Protection, Role.Primary, Size, ""))).Refused("RB-SITE-017"),
            (await volumes.AttachAsync(Volume, B, "127.0.0.1:1", new LinkPolicy())).Refused("RB-SITE-017"),
            (await volumes.GiveBackAsync(VolumeId.Parse("vol_nobody"), true)).Refused("RB-SITE-001"),
            (await roles.QuiesceAsync("q", Protection)).Refused("RB-SITE-017"),
            (await roles.SealAsync("s", Protection, row)).Refused("RB-SITE-017"),
            (await roles.PromoteAsync("p", Protection, row, null)).Refused("RB-SITE-017"),
            (await roles.MeetAsync("m", Protection, row, "")).Refused("RB-SITE-017"),
            // Without a control plane nobody would keep the copy closed when its files are back.
            (await roles.FenceAsync(Protection, new Generation(9))).Refused("RB-SITE-017"),
            copies.CheckTarget(Policy(), Workload()).Refused("RB-SITE-017"),
            (await copies.CreateStandbyAsync("c", Policy(), Two(), B)).Refused("RB-SITE-017"),
            (await copies.RemoveStandbyAsync("r", Protection, keepImages: true)).Refused("RB-SITE-017"),
            (await copies.EndTrackingAsync("e", Protection, B)).Refused("RB-SITE-017"),
            (await copies.ReleaseStandbyAsync("l", Protection, new Generation(9))).Refused("RB-SITE-017"),
            (await site.Site.Points.CreateAsync("k", Protection, RecoveryPointReason.Requested)).Refused("RB-SITE-017"),
        };
        Assert.All(sayings.Where(r => r.Code == "RB-SITE-017"), r => Assert.Contains(ImageOf(Second), r.Cause));
        Assert.False(File.Exists(ImageOf(Second)));
    }

    [Fact]
    public async Task Copy_LostForGood_IsGivenBackAndTheOtherDisksReturn()
    {
        await MakeThreeAsync();
        File.Delete(ImageOf(Second));
        using var site = new SiteUnderTest(A, folder: Data);
        Assert.False(Status(site, Volume).IsOpen);
        var given = await site.Site.Volumes.GiveBackAsync(Second, keepImage: true);
        Assert.True(given.IsOk, given.IsOk ? "" : given.Refusal.ToString());
        await site.UntilAsync(() => Status(site, Volume).IsOpen);
        Assert.DoesNotContain(site.Site.Describe().Volumes, v => v.Volume == Second);
    }

    [Theory]
    [InlineData("image.raw")]
    [InlineData("record")]
    public async Task File_CutShort_FailsItsVolumeAlone(string file)
    {
        await MakeThreeAsync();
        await using (var stream = File.OpenWrite(Path.Combine(Data, "volumes", $"{Other}", file)))
        {
            stream.SetLength(0);
        }

        using var site = new SiteUnderTest(A, folder: Data);
        await site.UntilAsync(() => Status(site, Volume).IsOpen && Status(site, Second).IsOpen);
        Assert.Contains(file, Status(site, Other).Failure, StringComparison.Ordinal);
        Assert.Contains("is damaged", Status(site, Other).Failure, StringComparison.Ordinal);
    }

    private static VolumeStatus Status(SiteUnderTest site, VolumeId volume) =>
        site.Site.Describe().Volumes.Single(v => v.Volume == volume);

    private static WorkloadMetadata Two()
    {
        var one = Workload();
        return one with { Disks = [.. one.Disks, new DiskMetadata(Second, "log", Size)] };
    }

    private string ImageOf(VolumeId volume) => Path.Combine(Data, "volumes", $"{volume}", "image.raw");

    // A machine of two disks, and another machine.
    private async Task MakeThreeAsync()
    {
        using var site = new SiteUnderTest(A, folder: Data);
        (VolumeId, ProtectionId)[] all = [(Volume, Protection), (Second, Protection), (Other, OtherProtection)];
        foreach (var (volume, protection) in all)
        {
            var wanted = new NewVolume(volume, protection, Role.Primary, Size, "");
            Assert.True((await site.Site.Volumes.CreateAsync(wanted)).IsOk);
        }

        await site.UntilAsync(() => site.Site.Describe().Volumes.All(v => v.IsOpen));
    }

    private async Task RunAsync(Func<Task> meanwhile)
    {
        using var agent = await AgentCommand.RunningAsync("--data", Data, "--site", "site-a");
        try
        {
            await meanwhile();
        }
        finally
        {
            agent.Kill(entireProcessTree: true);
            await agent.WaitForExitAsync(CancellationToken.None);
        }
    }
}
