using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using static Runbooks.Tests.Integration.Sites.SiteUnderTest;

namespace Runbooks.Tests.Integration.Sites;

/// <summary>What one site refuses about its volumes, and that a refused order has done nothing.</summary>
public sealed class SiteRefusalTests : IDisposable
{
    private static readonly VolumeId Nothing = VolumeId.Parse("vol_nothing");
    private static readonly ProtectionId Nobody = ProtectionId.Parse("prt_nobody");
    private static readonly RecoveryPointId Never = RecoveryPointId.FromGuid(Guid.Empty);
    private readonly SiteUnderTest _a = new(A);

    public void Dispose() => _a.Dispose();

    [Fact]
    public async Task Volume_ThatIsNotHere_IsNamed()
    {
        (await _a.Site.Volumes.GiveBackAsync(Nothing, keepImage: true)).Refused("RB-SITE-001");
        (await _a.Site.Volumes.DetachAsync(Nothing, B)).Refused("RB-SITE-001");
        (await _a.Site.Volumes.AttachAsync(Nothing, B, "127.0.0.1:1", new())).Refused("RB-SITE-001");
        _a.Site.Replication.CheckSource(Policy(), Workload()).Refused("RB-SITE-001", "workload.disks[data]");
        (await _a.Site.Replication.BeginTrackingAsync("k", Policy(), Workload(), B, "")).Refused("RB-SITE-001");
        Empty();
    }

    [Fact]
    public async Task Protection_ThatIsNotHere_IsNamed()
    {
        (await _a.Site.Replication.CatchUpAsync("k", Nobody, B, null, default)).Refused("RB-SITE-002");
        (await _a.Site.Roles.QuiesceAsync("k", Nobody)).Refused("RB-SITE-002");
        (await _a.Site.Points.CreateAsync("k", Nobody, RecoveryPointReason.Requested)).Refused("RB-SITE-002");
        Empty();
    }

    [Fact]
    public async Task Volume_OfAnotherSizeOrProtection_IsNotOverwritten()
    {
        await _a.PrimaryAsync();
        Assert.Contains("size", (await _a.CreateAsync(size: 2 * Size)).Refused("RB-SITE-003").Cause,
            StringComparison.Ordinal);
        _a.Site.Replication.CheckTarget(Policy(Nobody), Workload()).Refused("RB-SITE-003", "workload.disks");
        _a.Site.Replication.CheckTarget(Policy(), Workload(2 * Size)).Refused("RB-SITE-003", "workload.disks");
        Assert.Equal(Size, new FileInfo(_a.Site.Volumes.ImageOf(Volume)).Length);
        Assert.True(_a.Status.IsOpen);
    }

    [Theory]
    [InlineData("relative.img")]
    [InlineData("/nowhere/at/all.img")]
    public async Task Image_ThatDoesNotExist_IsNamed(string path)
    {
        var refusal = (await _a.CreateAsync(image: path)).Refused("RB-SITE-004");
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Empty();
    }

    [Fact]
    public async Task Image_OfAnotherSizeOrInUse_IsLeftAlone()
    {
        var path = Path.Combine(_a.Folder, "mine.img");
        var content = new byte[4096];
        Random.Shared.NextBytes(content);
        await File.WriteAllBytesAsync(path, content, TestContext.Current.CancellationToken);
        Assert.Contains("4096", (await _a.CreateAsync(image: path)).Refused("RB-SITE-004").Cause,
            StringComparison.Ordinal);
        using (File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            (await _a.CreateAsync(size: 0, image: path)).Refused("RB-SITE-004");
        }

        Assert.Equal(content, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
        Empty();
    }

    [Fact]
    public void Target_WithTooLittleSpace_SaysBothNumbersAndMakesNothing()
    {
        var free = new DriveInfo(_a.Folder).AvailableFreeSpace;
        var refusal = _a.Site.Replication.CheckTarget(Policy(), Workload(free)).Refused("RB-SITE-005");
        Assert.Matches(@"iB.*iB are free", refusal.Cause);
        Empty();
    }

    [Fact]
    public async Task Peer_ThatWasNeverAttached_IsNamed()
    {
        await _a.PrimaryAsync();
        (await _a.Site.Volumes.DetachAsync(Volume, B)).Refused("RB-SITE-006");
        (await _a.Site.Replication.FullCopyAsync("k", Volume, B, null, default)).Refused("RB-SITE-006");
        (await _a.Site.Replication.CompareAsync(Protection, B, 1, default)).Refused("RB-SITE-006");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-4096)]
    public async Task Size_OfNothing_IsRefused(long size)
    {
        (await _a.CreateAsync(size: size)).Refused("RB-SITE-009");
        Empty();
    }

    [Fact]
    public async Task Promotion_WithoutTheArbitersRow_MovesNothing()
    {
        Assert.True((await _a.CreateAsync(Role.Standby, peer: B)).IsOk);
        var row = ArbiterRow.Begin(Protection, B, [A], DateTimeOffset.UnixEpoch);
        (await _a.Site.Roles.SealAsync("k", Protection, row)).Refused("RB-SITE-010");
        (await _a.Site.Roles.PromoteAsync("k", Protection, row, null)).Refused("RB-SITE-010");
        Assert.Equal(Role.Standby, _a.Status.Role);
    }

    [Fact]
    public async Task Point_ThatIsNotHere_IsNamed()
    {
        Assert.True((await _a.CreateAsync(Role.Standby, peer: B)).IsOk);
        var row = ArbiterRow.Begin(Protection, A, [B], DateTimeOffset.UnixEpoch);
        (await _a.Site.Roles.PromoteAsync("k", Protection, row, Never)).Refused("RB-SITE-011");
        (await _a.Site.Points.CreateCloneAsync("k", "run_000001", Protection, Never)).Refused("RB-POINT-002");
        Assert.Equal(Role.Standby, _a.Status.Role);
    }

    [Fact]
    public async Task Copy_ThatIsPrimary_IsNotRemovedAsAStandby()
    {
        await _a.PrimaryAsync();
        (await _a.Site.Replication.RemoveStandbyAsync("k", Protection, keepImages: false)).Refused("RB-SITE-012");
        Assert.True(_a.Status.IsOpen);
        Assert.True(File.Exists(_a.Site.Volumes.ImageOf(Volume)));
    }

    [Fact]
    public async Task Point_UnderAnOpenVolume_IsNotWrittenBack()
    {
        await _a.PrimaryAsync();
        var made = await _a.Site.Points.CreateAsync("k", Protection, RecoveryPointReason.Requested);
        var row =
            ArbiterRow.Begin(Protection, A, [B], DateTimeOffset.UnixEpoch) with { Generation = new Generation(9) };
        (await _a.Site.Roles.PromoteAsync("k2", Protection, row, made.Require().Point)).Refused("RB-SITE-014");
        Assert.True(_a.Status.IsOpen);
        Assert.Equal(Generation.First, _a.Status.Generation);
    }

    [Fact]
    public async Task Point_DamagedOnDisk_IsNotTrusted()
    {
        await _a.PrimaryAsync();
        WriteAsGuest(0x11);
        var made = (await _a.Site.Points.CreateAsync("k", Protection, RecoveryPointReason.Requested)).Require();
        Assert.True((await _a.Site.Points.VerifyAsync(Protection, made.Point, default)).IsOk);
        // No guest wrote since, so the point still reads through the image: a disk that changes it is the damage.
        await Nbd.Tool.MustAsync(
            "dd", "if=/dev/zero", $"of={_a.Site.Volumes.ImageOf(Volume)}", "bs=1", "count=1", "seek=5000",
                "conv=notrunc");
        var refusal = (await _a.Site.Points.VerifyAsync(Protection, made.Point, default)).Refused("RB-SITE-015");
        Assert.Contains(made.Point.ToString(), refusal.Message, StringComparison.Ordinal);
        Assert.True((await _a.Site.Points.DropAsync(Protection, made.Point)).IsOk);
    }

    [Fact]
    public async Task Generation_BelowTheKnownOne_IsRefusedForEver()
    {
        Assert.True((await _a.CreateAsync(Role.Standby, peer: B)).IsOk);
        var row =
            ArbiterRow.Begin(Protection, A, [B], DateTimeOffset.UnixEpoch) with { Generation = new Generation(5) };
        Assert.True((await _a.Site.Roles.SealAsync("k5", Protection, row)).IsOk);
        var old = row with { Generation = new Generation(3) };
        (await _a.Site.Roles.SealAsync("k3", Protection, old)).Refused("RB-VOLUME-001");
        (await _a.Site.Roles.PromoteAsync("p3", Protection, old, null)).Refused("RB-VOLUME-001");
        Assert.Equal(new Generation(5), _a.Status.Generation);
        Assert.False(_a.Status.IsOpen);
    }

    private void Empty() => Assert.Empty(_a.Site.Describe().Volumes);

    private void WriteAsGuest(byte value)
    {
        var port = int.Parse(_a.Site.NbdAddresses[0].Split(':')[^1]);
        using var guest = new Replication.NbdWriter(port, Volume.ToString());
        Assert.Equal(0u, guest.Write(4096, [.. Enumerable.Repeat(value, 4096)], fua: true));
    }
}
