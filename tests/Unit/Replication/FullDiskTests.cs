using Runbooks.Domain.Errors;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.Tests.Unit.Replication;

/// <summary>
/// Hazard: a full disk ends a volume for good, or leaves the standby with a write that this copy does not have.
/// </summary>
public sealed class FullDiskTests
{
    private const int NoSpace = 28;
    private const int InputOutput = 5;

    [Fact]
    public void GuestWrite_FullDisk_FailsAloneAndTheVolumeGoesOn()
    {
        var rig = FailedWrite(NoSpace);
        Assert.Equal(GuestError.DiskFull, rig.Last(EffectKind.FailGuest).Error);
        Assert.False(rig.Core.Metadata.IsFaulty);
        rig.Held.Clear();
        rig.Write(8, CoreRig.Block(9));
        rig.AnswerFrames();
        Assert.True(rig.Acknowledged(8));
    }

    [Fact]
    public void GuestWrite_FullDisk_TheStandbyIsSentWhatThisCopyHas()
    {
        var rig = FailedWrite(NoSpace);
        Assert.True(rig.Core.MayDiffer(CoreRig.Peer, CoreRig.Block(3)));
        rig.AnswerFrames();
        var copy = rig.Seen.Single(e => e.Kind == EffectKind.SendChange && (e.Flags & ChangeFlags.Copy) != 0);
        Assert.Equal(CoreRig.Block(3), copy.Range);
    }

    [Fact]
    public void GuestWrite_BrokenDisk_ClosesTheVolumeForGood()
    {
        var rig = FailedWrite(InputOutput);
        Assert.Equal(Gate.Failed, rig.Core.Gate);
        Assert.True(rig.Core.Metadata.IsFaulty);
    }

    [Fact]
    public void StandbyWrite_FullDisk_IsReportedAndTheCopyStaysTrusted()
    {
        var rig = new CoreRig(CoreRig.Following);
        rig.Held.Add(EffectKind.WriteLocal);
        Offer(rig, 5);
        rig.Do(VolumeEvent.ChangeArrived(
            CoreRig.Peer, 5, 1, Generation.First, new Ticket(40), CoreRig.Block(0),
            ChangeKind.Write, ChangeFlags.None));
        rig.Do(VolumeEvent.Failed(VolumeEventKind.LocalWriteFailed, new Ticket(40), NoSpace));
        Assert.Equal(NoSpace, rig.Last(EffectKind.SendFailure).Code);
        Assert.False(rig.Core.Metadata.IsFaulty);
        Offer(rig, 6);
        Assert.Equal(6, rig.Last(EffectKind.AcceptPeer).Session);
    }

    private static void Offer(CoreRig rig, long session) =>
        rig.Do(VolumeEvent.PeerOffered(
            CoreRig.Peer, session, CoreRig.FactsOf(CoreRig.Following with { Role = Role.Primary })));

    [Fact]
    public void StandbyWrite_BrokenDisk_IsNeitherPromotedNorStreamedTo()
    {
        var rig = new CoreRig(CoreRig.Following);
        rig.Held.Add(EffectKind.WriteLocal);
        Offer(rig, 5);
        rig.Do(VolumeEvent.ChangeArrived(
            CoreRig.Peer, 5, 1, Generation.First, new Ticket(40), CoreRig.Block(0),
            ChangeKind.Write, ChangeFlags.None));
        rig.Do(VolumeEvent.Failed(VolumeEventKind.LocalWriteFailed, new Ticket(40), InputOutput));
        Assert.True(rig.Core.Metadata.IsFaulty);

        var row = CoreRig.Row(2, 2, CoreRig.A, CoreRig.A);
        var refusal = rig.Order(OrderKind.Promote, new PromotionOrder(row, AcceptInconsistent: false), row.Generation);
        Assert.Equal(CoreRefusals.FaultyCode, refusal?.Code);
        Assert.NotEqual(Role.Primary, rig.Core.Role);
        Offer(rig, 6);
        Assert.Equal(CoreRefusals.FaultyCode, (rig.Last(EffectKind.RefusePeer).Detail as Refusal)?.Code);
    }

    private static CoreRig FailedWrite(int code)
    {
        var rig = new CoreRig(CoreRig.Mirrored).Opened();
        rig.Held.Add(EffectKind.WriteLocal);
        rig.Write(7, CoreRig.Block(3));
        rig.Do(VolumeEvent.Failed(VolumeEventKind.LocalWriteFailed, new Ticket(7), code));
        Assert.False(rig.Acknowledged(7));
        return rig;
    }
}
