using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Replication;
using Runbooks.Replication.Tracking;

namespace Runbooks.Tests.Unit.Replication;

/// <summary>
/// Hazard: an acknowledgement that only one site can keep, or a record that does not say how much that was.
/// </summary>
public sealed class ExposureTests
{
    [Fact]
    public void GuestWrite_StandbyHasNotApplied_IsNotAcknowledged()
    {
        var rig = new CoreRig(CoreRig.Mirrored).Opened();
        rig.Write(7, CoreRig.Block(0));
        Assert.False(rig.Acknowledged(7));
        rig.AnswerFrames();
        Assert.True(rig.Acknowledged(7));
    }

    [Fact]
    public void GuestWrite_ColdRegion_LeavesNothingBeforeTheMark()
    {
        var rig = new CoreRig(CoreRig.Mirrored).Opened();
        rig.Held.Add(EffectKind.PersistRegions);
        var before = rig.Count(EffectKind.SendChange) + rig.Count(EffectKind.WriteLocal);
        rig.Write(7, CoreRig.Block(20));
        Assert.Equal(before, rig.Count(EffectKind.SendChange) + rig.Count(EffectKind.WriteLocal));
        rig.Do(VolumeEvent.Completed(VolumeEventKind.RegionsPersisted, rig.Last(EffectKind.PersistRegions).Ticket));
        Assert.Equal(before + 2, rig.Count(EffectKind.SendChange) + rig.Count(EffectKind.WriteLocal));
    }

    [Fact]
    public void AcknowledgedAlone_Fenced_TheRecordCountsTheBytes()
    {
        var rig = Alone();
        rig.Write(7, CoreRig.Block(0));
        rig.Write(8, CoreRig.Block(1));
        rig.Do(VolumeEvent.GenerationSeen(new Generation(2)));
        Assert.Equal(8192, rig.Core.Metadata.History[^1].AloneBytes.Value);
    }

    [Fact]
    public void AcknowledgedAlone_FlushInterval_TheRecordFollows()
    {
        var rig = Alone();
        rig.Write(7, CoreRig.Block(0));
        rig.Wait(1100);
        Assert.Equal(4096, ((VolumeMetadata)rig.Last(EffectKind.PersistMetadata).Detail!).History[^1].AloneBytes.Value);
    }

    [Fact]
    public void CrashedAlone_Started_TheMarksSpeakForTheFigure()
    {
        var rig = new CoreRig(
            CoreRig.Mirrored with { Peers = [new PeerMetadata(LinkState.Degraded)] }, new ByteRange(0, 65536));
        rig.Do(VolumeEvent.GenerationSeen(new Generation(2)));
        Assert.Equal(65536, rig.Core.Metadata.History[^1].AloneBytes.Value);
    }

    [Fact]
    public void Differences_OfACopyThatRestarted_AreItsMarksAndAllAreCounted()
    {
        var rig = new CoreRig(
            CoreRig.Mirrored with { Peers = [new PeerMetadata(LinkState.Degraded)] },
            new ByteRange(0, 65536), new ByteRange(65536, 65536), new ByteRange(524288, 65536));
        rig.Do(VolumeEvent.GenerationSeen(new Generation(2)));
        var (first, count, bytes) = rig.Core.DifferencesTo(CoreRig.Peer, 1);
        Assert.Equal([new ByteRange(0, 131072)], first);
        Assert.Equal((2, 196608), (count, bytes.Value));
    }

    [Fact]
    public void DirtyRuns_UpToTheVolumesEnd_AreMergedAndCut()
    {
        var size = new ByteCount((1 << 20) - 1024);
        var dirty = new DirtyBlocks(size);
        dirty.Mark(new ByteRange(4096, 8192));
        dirty.Mark(new ByteRange(65536 - 4096, 8192));
        dirty.Mark(new ByteRange(size.Value - 100, 100));
        Assert.Equal(
            [new ByteRange(4096, 8192), new ByteRange(61440, 8192), new ByteRange(1044480, size.Value - 1044480)],
            dirty.Ranges(size));
        Assert.Empty(new DirtyBlocks(size).Ranges(size));
    }

    private static CoreRig Alone()
    {
        var rig = new CoreRig(CoreRig.Mirrored with { Peers = [new PeerMetadata(LinkState.Degraded)] });
        rig.Grant(CoreRig.Row(1, 2, CoreRig.A, CoreRig.A));
        Assert.True(rig.Core.IsOpen);
        return rig;
    }
}
