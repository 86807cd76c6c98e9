using Runbooks.Domain.Arbiter;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.Tests.Unit.Replication;

/// <summary>The table of DESIGN.md: what a copy does when its machine started anew.</summary>
public sealed class FetchBackTests
{
    private static readonly ByteRange Marked = new(0, 65536);

    [Fact]
    public void Primary_AfterAPowerCut_FetchesItsMarkedRegionsBeforeItOpens()
    {
        var rig = Restarted();
        rig.Connect();
        rig.Grant(CoreRig.Row(1, 2, CoreRig.A, CoreRig.A, CoreRig.B));

        var question = rig.Last(EffectKind.FetchRange);
        Assert.Equal(Marked, question.Range);
        Assert.Equal(0, rig.Count(EffectKind.ReadForCopy));
        rig.Do(VolumeEvent.RangeFetched(CoreRig.Peer, 1, question.Ticket, new Ticket(77), 0));
        Assert.Contains(rig.Seen, e => e.Kind == EffectKind.WriteLocal && e.Ticket.Value == 77 && e.Range == Marked);
        Assert.False(rig.Core.IsOpen);

        rig.AnswerFrames();
        Assert.True(rig.Core.IsOpen);
        Assert.False(rig.Core.Metadata.HasLostPower);
        Assert.Equal(0, rig.Count(EffectKind.ReadForCopy));
    }

    [Fact]
    public void Primary_KilledInTheSameBoot_SendsWhatItHas()
    {
        var rig = Restarted(boot: "before");
        rig.Connect();
        rig.Grant(CoreRig.Row(1, 2, CoreRig.A, CoreRig.A, CoreRig.B));

        Assert.Equal(0, rig.Count(EffectKind.FetchRange));
        Assert.Equal(1, rig.Count(EffectKind.ReadForCopy));
    }

    [Fact]
    public void Primary_KilledInTheSameBoot_CopiesNothingBeforeItsPastIsDurable()
    {
        // A copy made durable there lets the mark go; a power cut here would then take the only trace of the
        // difference.
        var rig = new CoreRig(Before, c => c with { Boot = "before" }, [EffectKind.FlushLocal], Marked);
        rig.Connect();
        rig.Grant(CoreRig.Row(1, 2, CoreRig.A, CoreRig.A, CoreRig.B));
        rig.Wait(1_000);
        Assert.Equal(0, rig.Count(EffectKind.ReadForCopy));
        Assert.False(rig.Core.IsOpen);

        var past = rig.Seen.First(e => e.Kind == EffectKind.FlushLocal);
        rig.Do(VolumeEvent.Completed(VolumeEventKind.LocalFlushCompleted, past.Ticket));
        Assert.Equal(1, rig.Count(EffectKind.ReadForCopy));
    }

    [Fact]
    public void Primary_WhoseStandbyLostPowerToo_SendsWhatItHasAndTellsItComplete()
    {
        var rig = Restarted();
        rig.Connect(hasLostPower: true);
        rig.Grant(CoreRig.Row(1, 2, CoreRig.A, CoreRig.A, CoreRig.B));

        Assert.Equal(0, rig.Count(EffectKind.FetchRange));
        Assert.Equal(1, rig.Count(EffectKind.ReadForCopy));
        rig.AnswerFrames();
        rig.AnswerFrames();
        Assert.Contains(rig.Seen, e => e.Kind == EffectKind.SendFrame && e.Frame == FrameKind.Complete);
    }

    [Fact]
    public void Primary_WhoseStandbyIsAnOlderAgent_SendsWhatItHas()
    {
        var rig = Restarted();
        rig.Connect(canServeFetch: false);
        rig.Grant(CoreRig.Row(1, 2, CoreRig.A, CoreRig.A, CoreRig.B));

        Assert.Equal(1, rig.Count(EffectKind.ReadForCopy));
    }

    [Fact]
    public void Primary_WhoseStandbyIsSilent_NeitherOpensNorAsksToGoAlone()
    {
        var rig = Restarted();
        rig.Grant(CoreRig.Row(1, 2, CoreRig.A, CoreRig.A, CoreRig.B));
        rig.Wait(60_000);

        Assert.False(rig.Core.IsOpen);
        Assert.IsType<Confirm>(rig.Last(EffectKind.AskArbiter).Detail);
    }

    [Fact]
    public void Detach_WhileTheFetchIsOwed_IsAPersonsWayOut()
    {
        var rig = Restarted();
        rig.Grant(CoreRig.Row(1, 2, CoreRig.A, CoreRig.A, CoreRig.B));
        rig.Order(OrderKind.Detach);

        Assert.IsType<GoAlone>(rig.Last(EffectKind.AskArbiter).Detail);
        rig.Grant(CoreRig.Row(1, 3, CoreRig.A, CoreRig.A));
        rig.Wait(100);
        Assert.True(rig.Core.IsOpen);
        Assert.False(rig.Core.Metadata.HasLostPower);
        Assert.False(rig.Core.Metadata.Peers[0].HoldsAll);
    }

    [Fact]
    public void Primary_WithPolicyContinue_OpensAfterThePeerTimeout()
    {
        var rig = Restarted(policy: OnLinkLoss.Continue);
        rig.Grant(CoreRig.Row(1, 2, CoreRig.A, CoreRig.A, CoreRig.B));
        Assert.False(rig.Core.IsOpen);
        rig.Wait(3_500);

        Assert.True(rig.Core.IsOpen);
    }

    [Fact]
    public void Primary_WhoseRowMovedBeforeItsRecord_FetchesAllTheSame()
    {
        var rig = Restarted();
        rig.Connect();
        rig.Grant(CoreRig.Row(1, 3, CoreRig.A, CoreRig.A));

        Assert.Equal(1, rig.Count(EffectKind.FetchRange));
        Assert.False(rig.Core.IsOpen);
    }

    [Fact]
    public void Primary_ClosedInOrder_HasLostNothing()
    {
        var rig = Restarted(record: Before with { IsClosed = true });

        Assert.False(rig.Core.Metadata.HasLostPower);
        Assert.Equal("after", rig.Core.Metadata.Boot);
    }

    [Fact]
    public void Fetch_WhoseSessionEnds_GoesOnInTheNextOne()
    {
        var rig = Restarted();
        rig.Connect();
        rig.Grant(CoreRig.Row(1, 2, CoreRig.A, CoreRig.A, CoreRig.B));
        var stale = rig.Last(EffectKind.FetchRange);
        rig.Do(VolumeEvent.PeerLost(CoreRig.Peer, 1));
        rig.Connect(session: 2);
        rig.Wait(100);
        Assert.Equal(2, rig.Count(EffectKind.FetchRange));

        rig.Do(VolumeEvent.RangeFetched(CoreRig.Peer, 1, stale.Ticket, new Ticket(78), 0));
        Assert.DoesNotContain(rig.Seen, e => e.Kind == EffectKind.WriteLocal && e.Ticket.Value == 78);
    }

    [Fact]
    public void Standby_AfterAPowerCut_SaysSoUntilItIsToldComplete()
    {
        var rig = new CoreRig(CoreRig.Following with { Boot = "before" }, c => c with { Boot = "after" });
        Assert.True(rig.Core.Facts.HasLostPower);

        var primary = CoreRig.FactsOf(CoreRig.Following with { Role = Role.Primary });
        rig.Do(VolumeEvent.PeerOffered(CoreRig.Peer, 5, primary));
        rig.Do(VolumeEvent.FrameArrived(CoreRig.Peer, 5, 1, new Generation(1), FrameKind.Complete));

        Assert.False(rig.Core.Facts.HasLostPower);
    }

    private static VolumeMetadata Before => CoreRig.Mirrored with { Boot = "before" };

    private static CoreRig Restarted(
        string boot = "after", OnLinkLoss policy = OnLinkLoss.Arbitrate, VolumeMetadata? record = null) =>
        new(record ?? Before, c => c with { Boot = boot, OnLinkLoss = policy }, Marked);
}
