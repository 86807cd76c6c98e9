using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.Tests.Unit.Replication;

/// <summary>
/// Hazard: a session is welcomed on a role that a crash would take back, or for a connection that is dead.
/// </summary>
public sealed class AdmissionRaceTests
{
    private static readonly VolumeMetadata Winner =
        VolumeMetadata.NewPrimary(CoreRig.B, 1) with { Generation = new Generation(2) };

    [Fact]
    public void NewerOffer_RecordOfTheEarlierNotDurable_WaitsForIt()
    {
        var rig = Offered(5);
        Offer(rig, 6);
        Assert.Equal(0, rig.Count(EffectKind.AcceptPeer));
        Store(rig);
        Assert.Equal(6, Assert.Single(rig.Seen, e => e.Kind == EffectKind.AcceptPeer).Session);
    }

    [Fact]
    public void DeadOffer_RecordDurable_IsNotWelcomed()
    {
        var rig = Offered(5);
        rig.Do(VolumeEvent.PeerLost(CoreRig.Peer, 5));
        Store(rig);
        Assert.Equal(0, rig.Count(EffectKind.AcceptPeer));
    }

    [Fact]
    public void SealDuringAdmission_RecordDurable_TheOldPrimaryIsNotWelcomed()
    {
        var rig = Offered(5);
        rig.Order(OrderKind.Seal, generation: new Generation(3));
        Store(rig);
        Assert.Equal(0, rig.Count(EffectKind.AcceptPeer));
    }

    [Fact]
    public void DrainedThenSuperseded_NamedPrimaryAgain_MayBePromoted()
    {
        var rig = new CoreRig(CoreRig.Mirrored with { IsDrained = true });
        Assert.Null(Promote(rig));
        Assert.Equal(Role.Primary, rig.Core.Role);
        Assert.Equal(new Generation(3), rig.Core.Generation);
    }

    [Fact]
    public void FencedWithOwnWrites_NamedPrimaryAgain_IsRefused()
    {
        var rig = new CoreRig(CoreRig.Mirrored with { Role = Role.Fenced });
        Assert.Equal(CoreRefusals.OrderCode, Promote(rig)?.Code);
        Assert.Equal(Role.Fenced, rig.Core.Role);
    }

    private static Domain.Errors.Refusal? Promote(CoreRig rig) =>
        rig.Order(
            OrderKind.Promote,
            new PromotionOrder(CoreRig.Row(3, 9, CoreRig.A, CoreRig.A), AcceptInconsistent: false));

    private static CoreRig Offered(long session)
    {
        var rig = new CoreRig(CoreRig.Following);
        rig.Held.Add(EffectKind.PersistMetadata);
        Offer(rig, session);
        return rig;
    }

    private static void Offer(CoreRig rig, long session) =>
        rig.Do(VolumeEvent.PeerOffered(CoreRig.Peer, session, CoreRig.FactsOf(Winner)));

    private static void Store(CoreRig rig) =>
        rig.Do(VolumeEvent.MetadataPersisted(rig.Last(EffectKind.PersistMetadata).Position));
}
