using Runbooks.BlockPath.RecoveryPoints;
using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Targets;
using Runbooks.Domain.Errors;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Testing.Disks;
using Runbooks.Testing.Points;
using static Runbooks.Testing.Points.PointScenario;

namespace Runbooks.Tests.Unit.BlockPath.RecoveryPoints;

public sealed class RecoveryPointTests : IDisposable
{
    private readonly PointScenario _scenario = new(new RecordingFileSystem());

    public void Dispose() => _scenario.Dispose();

    [Fact]
    public void Point_ReadAfterTheImageChanged_IsTheImageOfItsInstant()
    {
        _scenario.Write(0, 100, 1);
        _scenario.Make(1);
        _scenario.Write(50, GrainBytes, 2);
        _scenario.Make(2);
        _scenario.Write(10, 10, 3);
        _scenario.Write(ImageBytes - 5, 5, 4);
        AssertAllPoints();
        Assert.NotEqual(_scenario.Expected[Id(1)], _scenario.ReadImage());
    }

    [Fact]
    public void FirstTouch_IsDurableBeforeTheOverwrite_LaterTouchesCostNothing()
    {
        _scenario.Make(1);
        Assert.True(_scenario.Points.MustPreserve(0, 1));
        _scenario.Write(0, 1, 1);
        Assert.False(_scenario.Points.MustPreserve(0, GrainBytes));
        Assert.True(_scenario.Points.MustPreserve(0, GrainBytes + 1));
        int operations = _scenario.Files.Operations;
        _scenario.Write(5, 100, 2);
        Assert.Equal(operations + 1, _scenario.Files.Operations);
    }

    [Fact]
    public void NoPoint_NothingIsKept() => Assert.False(_scenario.Points.MustPreserve(0, ImageBytes));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Drop_AnyOfThree_LeavesTheOthersAsTheyWere(int dropped)
    {
        for (int i = 1; i <= 3; i++)
        {
            _scenario.Make(i);
            _scenario.Write((i - 1) * GrainBytes, 2000, (byte)i);
        }

        Assert.Null(_scenario.Drop(dropped));
        _scenario.Write(0, ImageBytes, 9);
        AssertAllPoints();
        Assert.Equal(2, _scenario.Points.Points.Count);
    }

    [Fact]
    public void Drop_WhileItIsRead_IsRefused()
    {
        _scenario.Make(1);
        using (_scenario.Points.OpenReader(Id(1)).Require())
        {
            Assert.Equal(RefusalCodes.PointInUse, _scenario.Drop(1)!.Code);
        }

        Assert.Null(_scenario.Drop(1));
        Assert.Equal(RefusalCodes.PointUnknown, _scenario.Points.OpenReader(Id(1)).Refusal!.Code);
    }

    [Fact]
    public void Prepare_OfAKnownIdOrWhileAnotherIsPrepared_IsRefused()
    {
        _scenario.Make(1);
        Assert.Equal(RefusalCodes.PointExists, Prepare(1).Refusal!.Code);
        PendingPoint second = Prepare(2).Require();
        Assert.Equal(RefusalCodes.PointBusy, Prepare(3).Refusal!.Code);
        second.Abandon();
        Assert.Equal(RefusalCodes.PointLost, second.Complete().Refusal!.Code);
        Assert.True(Prepare(3).IsOk);
    }

    [Fact]
    public void DiskFault_WhileKeeping_WithdrawsThePoints_AndTheWriteGoesOn()
    {
        _scenario.Make(1);
        _scenario.Make(2);
        IReadOnlyList<PointRecord>? withdrawn = null;
        _scenario.Points.Withdrawn = (points, _) => withdrawn = points;
        _scenario.Files.FailFlush = (".layer", Errno.InputOutput);
        _scenario.Write(0, 10, 7);
        Assert.Equal(2, withdrawn!.Count);
        Assert.All(_scenario.Points.Points, point => Assert.Equal(PointState.Withdrawn, point.State));
        Assert.Equal(7, _scenario.ReadImage()[0]);
        Assert.Null(_scenario.Drop(1));
        Assert.Single(_scenario.Points.Points);
    }

    [Fact]
    public void ChangedSince_NamesTheGrainsThatMayDiffer()
    {
        _scenario.Make(1);
        _scenario.Write(GrainBytes - 1, 2, 1);
        _scenario.Make(2);
        _scenario.Write(ImageBytes - 1, 1, 1);
        Assert.Equal(
            [new ByteRange(0, 2 * GrainBytes), new ByteRange(3 * GrainBytes, 1000)],
            _scenario.Points.ChangedSince(Id(1)).Require());
        Assert.Equal([new ByteRange(3 * GrainBytes, 1000)], _scenario.Points.ChangedSince(Id(2)).Require());
    }

    [Fact]
    public void Digest_OfAPoint_IsStableWhileTheImageChanges()
    {
        _scenario.Write(0, 5000, 1);
        _scenario.Make(1);
        string before = Digest();
        _scenario.Write(0, ImageBytes, 2);
        Assert.Equal(before, Digest());
        _scenario.Points.SetDigest(Id(1), before);
        Assert.Equal(before, new PointScenario(_scenario.Files).Points.Points[0].Digest);
    }

    [Fact]
    public async Task Clone_IsWritable_AndThePointAndTheImageDoNotSee()
    {
        _scenario.Write(0, 1000, 1);
        _scenario.Make(1);
        ManualExecutor executor = new();
        CloneOverlay overlay = CloneOverlay.Open(_scenario.Files, "/v/clone", ImageBytes);
        using PointTarget clone = new(_scenario.Points.OpenReader(Id(1)).Require(), executor, overlay);
        Task write = clone.WriteAsync(500, new byte[] { 8, 8 }, fua: true);
        executor.RunAll();
        await write;
        byte[] seen = new byte[1000];
        Task read = clone.ReadAsync(0, seen);
        executor.RunAll();
        await read;
        byte[] expected = _scenario.Expected[Id(1)][..1000];
        expected[500] = expected[501] = 8;
        Assert.Equal(expected, seen);
        AssertAllPoints();
        Assert.Equal(_scenario.Expected[Id(1)], _scenario.ReadImage());
    }

    [Fact]
    public void Retention_KeepsTheNewest_WhateverItsAge()
    {
        for (int i = 1; i <= 4; i++)
        {
            _scenario.Make(i);
        }

        DateTimeOffset muchLater = DateTimeOffset.UnixEpoch.AddDays(9);
        Assert.Equal([Id(1), Id(2)],
            new RetentionRule(2, null).ToDrop(_scenario.Points.Points, muchLater).Select(p => p.Id));
        Assert.Equal(
            [Id(1), Id(2), Id(3)],
            new RetentionRule(9, TimeSpan.FromDays(1)).ToDrop(_scenario.Points.Points, muchLater).Select(p => p.Id));
    }

    private Outcome<PendingPoint> Prepare(int number) =>
        _scenario.Points.Prepare(Id(number), DateTimeOffset.UnixEpoch, RecoveryPointReason.Requested);

    private string Digest()
    {
        using PointReader reader = _scenario.Points.OpenReader(Id(1)).Require();
        return PointDigest.Root(PointDigest.Ranges(reader, CancellationToken.None));
    }

    private void AssertAllPoints()
    {
        foreach (PointRecord point in _scenario.Points.Points)
        {
            Assert.Equal(_scenario.Expected[point.Id], _scenario.Read(point.Id));
        }
    }
}
