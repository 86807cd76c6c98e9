using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.Replication;

/// <summary>The pure replication core of one volume at one site: events in, effects out.</summary>
/// <remarks>
/// <b>Threading</b>: one owner loop. <b>Contract</b>: the first event is Started; effects of a step are run in order before or while the
/// next event is taken; every effect that promises an event gets exactly one, unless the process dies. The core is dead after it threw.
/// </remarks>
public sealed class ReplicationCore(VolumeConfiguration configuration)
{
    /// <summary>What it was made with.</summary>
    public VolumeConfiguration Configuration { get; } = configuration;

    /// <summary>The durable record as last emitted.</summary>
    public VolumeMetadata Metadata { get; private set; } = VolumeMetadata.NewStandby(configuration.Peers.Count);

    /// <summary>Role now.</summary>
    public Role Role => Metadata.Role;

    /// <summary>Generation now.</summary>
    public Generation Generation => Metadata.Generation;

    /// <summary>True when guests may read and write here.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>What to say in a hello. Comes from durable state only.</summary>
    public HandshakeFacts Facts => new(Generation, Role, Configuration.Size, Metadata.History);

    /// <summary>True when the executor should dial its peers: this copy is primary and not fenced.</summary>
    public bool DialsPeers => Role == Role.Primary;

    /// <summary>Takes one event and appends the effects.</summary>
    public void Step(in VolumeEvent happened, EffectBuffer effects)
    {
        ArgumentNullException.ThrowIfNull(effects);
        throw new NotSupportedException($"{happened.Kind} is not handled yet.");
    }

    /// <summary>State of one link.</summary>
    public LinkStatus LinkOf(PeerSlot peer) =>
        new(Metadata.Peers[peer.Index].Link, false, false, new ByteCount(0), null, Metadata.Peers[peer.Index].SeedCursor);
}
