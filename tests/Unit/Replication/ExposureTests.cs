using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Replication;

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

    private static CoreRig Alone()
    {
        var rig = new CoreRig(CoreRig.Mirrored with { Peers = [new PeerMetadata(LinkState.Degraded)] });
        rig.Grant(CoreRig.Row(1, 2, CoreRig.A, CoreRig.A));
        Assert.True(rig.Core.IsOpen);
        return rig;
    }
}
