using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.RecoveryPoints;
using Runbooks.BlockPath.Storage;
using Runbooks.Domain.States;
using Runbooks.Testing.Disks;
using Runbooks.Testing.Points;

namespace Runbooks.Tests.Unit.BlockPath.RecoveryPoints;

/// <summary>A point over two disks is on both or on none.</summary>
public sealed class WorkloadPointTests : IDisposable
{
    private readonly RecordingFileSystem files = new();
    private readonly PointDisk first;
    private readonly PointDisk second;
    private readonly List<string> log = [];

    public WorkloadPointTests() => (first, second) = (Disk("/a"), Disk("/b"));

    public void Dispose()
    {
        first.Image.Dispose();
        second.Image.Dispose();
    }

    [Fact]
    public async Task Point_OverTwoDisks_IsOnBoth()
    {
        var taken = await TakeAsync(1);

        Assert.True(taken.IsOk);
        Assert.Equal(PointState.Whole, Assert.Single(first.Image.Points.Points).State);
        Assert.Equal(PointState.Whole, Assert.Single(second.Image.Points.Points).State);
    }

    [Fact]
    public async Task SecondDiskFailsItsFlush_TheFirstDisksPartIsTakenBack()
    {
        files.FailFlush = ("/b/image.raw", 5);
        await Assert.ThrowsAsync<DiskFault>(() => TakeAsync(1));

        AssertNothingIsLeft(first, "/a");
        Assert.Empty(second.Image.Points.Points);
        Assert.Empty(log);
    }

    [Fact]
    public async Task SecondDiskCannotPrepare_TheFirstDisksPartIsTakenBack()
    {
        files.FailFlush = ("/b/points/0000000001.layer", 28);
        await Assert.ThrowsAsync<DiskFault>(() => TakeAsync(1));

        files.FailFlush = null;
        AssertNothingIsLeft(first, "/a");
    }

    [Fact]
    public async Task SecondDiskRefuses_TheFirstDisksPartIsTakenBackAndItsOwnPointStays()
    {
        var own = second.Image.Points.Prepare(
            PointScenario.Id(1), DateTimeOffset.UnixEpoch, RecoveryPointReason.Requested);
        own.Value!.Pin();
        own.Value.Complete();
        var taken = await TakeAsync(1);

        Assert.False(taken.IsOk);
        AssertNothingIsLeft(first, "/a");
        Assert.Single(second.Image.Points.Points);
    }

    [Fact]
    public async Task AfterAFailedPoint_TheNextOneSucceeds()
    {
        files.FailFlush = ("/b/image.raw", 5);
        await Assert.ThrowsAsync<DiskFault>(() => TakeAsync(1));
        Assert.True((await WorkloadPoint.TakeAsync(
            PointScenario.Id(2), DateTimeOffset.UnixEpoch, RecoveryPointReason.Requested, [first], log.Add)).IsOk);
    }

    private Task<Runbooks.Domain.Errors.Outcome<TimeSpan>> TakeAsync(int number) => WorkloadPoint.TakeAsync(
        PointScenario.Id(number), DateTimeOffset.UnixEpoch, RecoveryPointReason.Requested, [first, second], log.Add);

    private void AssertNothingIsLeft(PointDisk disk, string folder)
    {
        Assert.Empty(disk.Image.Points.Points);
        Assert.False(disk.Image.Points.MustPreserve(0, disk.Image.Length));
        Assert.DoesNotContain(
            files.List(folder + "/points"), name => name.EndsWith(".layer", StringComparison.Ordinal));
    }

    private PointDisk Disk(string folder)
    {
        files.CreateDirectory(folder);
        var image = files.Open(folder + "/image.raw", OpenMode.New);
        image.SetLength(PointScenario.ImageBytes);
        image.Write(0, new byte[512]);
        var points = RecoveryPointSet.Open(files, folder + "/points", image, new AtOnce());
        return new PointDisk(new PreservingFile(image, points), new GroupCommit(image, new AtOnce()), "{}");
    }

    private sealed class AtOnce : IExecutor
    {
        public void Post(IWork work) => work.Run();
    }
}
