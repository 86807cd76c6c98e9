using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.Testing.Simulation;

/// <summary>
/// The durable record and the durable marks of one site. What was not
/// reported durable may or may not survive a crash.
/// </summary>
public sealed class SimStore(VolumeMetadata metadata, int peers, ByteCount size)
{
    private readonly int regions = (int)((size.Value + Grain.RegionBytes - 1) / Grain.RegionBytes);
    private readonly bool[,] marks = new bool[peers, (size.Value + Grain.RegionBytes - 1) / Grain.RegionBytes];
    private readonly List<(int Peer, int Region)> clears = [];
    private readonly List<VolumeMetadata> pending = [];

    /// <summary>The record on disk.</summary>
    public VolumeMetadata Metadata { get; private set; } = metadata;

    /// <summary>True when the mark is on disk.</summary>
    public bool IsMarked(int peer, int region) => marks[peer, region];

    /// <summary>Marks durably; overtakes no clear, because pending clears of the region are dropped.</summary>
    public void Mark(ByteRange range, PeerMask peers)
    {
        foreach (var (peer, region) in Targets(range, peers))
        {
            marks[peer, region] = true;
            clears.Remove((peer, region));
        }
    }

    /// <summary>Remembers a clear for some later time.</summary>
    public void ClearLater(ByteRange range, PeerMask peers) =>
        clears.AddRange(Targets(range, peers).Where(t => !clears.Contains(t)));

    /// <summary>Drops clears that a mark under way will set again: a clear never overtakes it.</summary>
    public void CancelClears(ByteRange range, PeerMask peers)
    {
        foreach (var target in Targets(range, peers))
        {
            clears.Remove(target);
        }
    }

    /// <summary>Writes the clears out.</summary>
    public void ApplyClears()
    {
        foreach (var (peer, region) in clears)
        {
            marks[peer, region] = false;
        }

        clears.Clear();
    }

    /// <summary>A record is on its way.</summary>
    public void BeginStore(VolumeMetadata record) => pending.Add(record);

    /// <summary>It is durable.</summary>
    public void EndStore(VolumeMetadata record)
    {
        Metadata = record;
        pending.RemoveAll(p => p.Version <= record.Version);
    }

    /// <summary>The process died: what was under way is there or not.</summary>
    public void Crash(SimWorld world)
    {
        foreach (var record in pending)
        {
            if (!world.Chance(0.5))
            {
                break;
            }

            Metadata = record;
        }

        pending.Clear();
        if (world.Chance(0.5))
        {
            ApplyClears();
        }

        clears.Clear();
    }

    /// <summary>What a start reads.</summary>
    public PersistedState Load(bool forgetMarks) => new(
        Metadata,
        [.. Enumerable.Range(0, peers).Select(peer => (IReadOnlyList<ByteRange>)[.. Enumerable.Range(0, regions)
            .Where(region => marks[peer, region] && !forgetMarks)
            .Select(region => new ByteRange(
                (long)region * Grain.RegionBytes,
                Math.Min(Grain.RegionBytes, size.Value - ((long)region * Grain.RegionBytes))))])]);

    private IEnumerable<(int Peer, int Region)> Targets(ByteRange range, PeerMask set)
    {
        for (var peer = 0; peer < peers; peer++)
        {
            for (var region = (int)(range.Offset / Grain.RegionBytes); (long)region * Grain.RegionBytes < range.End
                && region < regions; region++)
            {
                if (set.Has(new PeerSlot((byte)peer)))
                {
                    yield return (peer, region);
                }
            }
        }
    }
}
