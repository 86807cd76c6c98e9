using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.Tests.Unit.Replication;

/// <summary>
/// Hazard: a restarted primary takes an old or stalled word of its standby for a proof that nobody was promoted.
/// </summary>
public sealed class StaleProofTests
{
    [Fact]
    public void OpenSession_ArbiterSilentAndPeerSilent_StaysClosed()
    {
        var rig = new CoreRig(CoreRig.Mirrored);
        rig.Connect();
        rig.Wait(2900);
        Assert.Equal(Gate.Resolving, rig.Core.Gate);
        Assert.Equal(0, rig.Count(EffectKind.OpenExports));
    }

    [Fact]
    public void FlushAnsweredJustNow_ArbiterSilent_Opens()
    {
        var rig = new CoreRig(CoreRig.Mirrored);
        rig.Connect();
        rig.Wait(2100);
        rig.AnswerFrames();
        rig.Wait(50);
        Assert.True(rig.Core.IsOpen);
    }

    [Fact]
    public void AnswerStalledOnTheLine_ArbiterSilent_StaysClosed()
    {
        var rig = new CoreRig(CoreRig.Mirrored);
        rig.Connect();
        rig.Wait(2100);
        var asked = rig.Last(EffectKind.SendFrame).Position;
        rig.Wait(800);
        rig.Do(VolumeEvent.PeerAcknowledged(CoreRig.Peer, 1, asked, asked));
        rig.Wait(50);
        Assert.False(rig.Core.IsOpen);
    }

    [Fact]
    public void DegradedByTheRecord_ArbiterSilent_StaysClosed()
    {
        var rig = new CoreRig(CoreRig.Mirrored with { Peers = [new PeerMetadata(LinkState.Degraded)] });
        rig.Connect();
        rig.Wait(5000);
        Assert.Equal(Gate.Confirming, rig.Core.Gate);
    }

    [Fact]
    public void ClosedInOrder_OpenedByProof_TheRecordSaysOpenFirst()
    {
        var rig = new CoreRig(CoreRig.Mirrored with { IsClosed = true });
        rig.Connect();
        rig.Wait(2100);
        rig.AnswerFrames();
        rig.Wait(50);
        Assert.True(rig.Core.IsOpen);
        Assert.False(rig.Core.Metadata.IsClosed);
    }

    [Fact]
    public void PromotedStandby_AnsweredAMomentAgo_OpensOnlyAfterTheDistance()
    {
        var rig = Followed();
        Promote(rig);
        Assert.False(rig.Core.IsOpen);
        rig.Wait(1600);
        Assert.True(rig.Core.IsOpen);
    }

    [Fact]
    public void PromotedStandby_PrimaryToldThatItIsDrained_OpensAtOnce()
    {
        var rig = Followed();
        rig.Do(VolumeEvent.FrameArrived(CoreRig.Peer, 5, 2, Generation.First, FrameKind.Drained));
        Promote(rig);
        Assert.True(rig.Core.IsOpen);
    }

    private static CoreRig Followed()
    {
        var rig = new CoreRig(CoreRig.Following);
        rig.Wait(10_000);
        rig.Do(VolumeEvent.PeerOffered(
            CoreRig.Peer, 5, CoreRig.FactsOf(CoreRig.Following with { Role = Role.Primary })));
        rig.Do(VolumeEvent.FrameArrived(CoreRig.Peer, 5, 1, Generation.First, FrameKind.Flush));
        Assert.Equal(1, rig.Last(EffectKind.SendAck).Durable);
        return rig;
    }

    private static void Promote(CoreRig rig)
    {
        var row = CoreRig.Row(2, 7, CoreRig.A, CoreRig.A);
        rig.Order(OrderKind.Promote, new PromotionOrder(row, AcceptInconsistent: false));
        rig.Grant(row with { Version = 8 });
    }
}
