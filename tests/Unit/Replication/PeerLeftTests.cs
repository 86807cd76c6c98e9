using Runbooks.Domain.Arbiter;
using Runbooks.Domain.States;
using Runbooks.Replication;

namespace Runbooks.Tests.Unit.Replication;

/// <summary>A standby that says goodbye is missed at once, and its goodbye permits nothing.</summary>
public sealed class PeerLeftTests
{
    [Fact]
    public void Goodbye_OfAStandby_AsksTheArbiterWithoutWaitingForSilence()
    {
        var rig = new CoreRig(CoreRig.Mirrored).Opened();
        rig.Do(VolumeEvent.PeerLeft(CoreRig.Peer, 1));

        Assert.IsType<GoAlone>(rig.Last(EffectKind.AskArbiter).Detail);
    }

    [Fact]
    public void Goodbye_WithoutAGrant_AcknowledgesNothing()
    {
        var rig = new CoreRig(CoreRig.Mirrored).Opened();
        rig.Do(VolumeEvent.PeerLeft(CoreRig.Peer, 1));
        rig.Write(5, CoreRig.Block(1));
        rig.Wait(10_000);
        Assert.False(rig.Acknowledged(5));

        rig.Grant(CoreRig.Row(1, 3, CoreRig.A, CoreRig.A));
        Assert.True(rig.Acknowledged(5));
    }

    [Fact]
    public void Goodbye_UnderSuspend_OnlyEndsTheSession()
    {
        var rig = new CoreRig(CoreRig.Mirrored, c => c with { OnLinkLoss = OnLinkLoss.Suspend }).Opened();
        var asked = rig.Count(EffectKind.AskArbiter);
        rig.Do(VolumeEvent.PeerLeft(CoreRig.Peer, 1));
        rig.Wait(10_000);

        Assert.Equal(asked, rig.Count(EffectKind.AskArbiter));
        Assert.Equal(LinkState.InSync, rig.Core.LinkOf(CoreRig.Peer).Link);
    }

    [Fact]
    public void Goodbye_OfADeadSession_MeansNothing()
    {
        var rig = new CoreRig(CoreRig.Mirrored).Opened();
        rig.Do(VolumeEvent.PeerLost(CoreRig.Peer, 1));
        rig.Connect(session: 2);
        var asked = rig.Count(EffectKind.AskArbiter);
        rig.Do(VolumeEvent.PeerLeft(CoreRig.Peer, 1));

        Assert.Equal(asked, rig.Count(EffectKind.AskArbiter));
        Assert.True(rig.Core.LinkOf(CoreRig.Peer).IsConnected);
    }
}
