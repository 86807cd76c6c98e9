using Runbooks.Domain.Errors;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;
using Runbooks.Domain.Units;

namespace Runbooks.Replication.Machines;

/// <summary>What the machines of one core share: configuration, clock, durable record, gate, and the only way out (effects).</summary>
internal sealed class CoreContext
{
    private readonly Queue<(VolumeMetadata Record, Action? Then)> persisting = new();
    private EffectBuffer? effects;
    private long lastTicket;

    public CoreContext(VolumeConfiguration configuration)
    {
        Configuration = configuration;
        Metadata = VolumeMetadata.NewStandby(configuration.Peers.Count);
        Durable = Metadata;
        Links = [.. configuration.Peers.Select((site, i) => new PeerLink(new PeerSlot((byte)i), site, configuration.Size))];
        AllMask = PeerMask.First(Links.Length).Bits;
        ExcusedMask = AllMask;
    }

    public VolumeConfiguration Configuration { get; }

    public PeerLink[] Links { get; }

    public byte AllMask { get; }

    /// <summary>Peers that acknowledgements do not wait for.</summary>
    public byte ExcusedMask { get; private set; }

    /// <summary>True when enough standbys are waited for, see <see cref="VolumeConfiguration.StandbyCopiesMin"/>.</summary>
    public bool HasEnoughCopies { get; private set; }

    public TimeSpan Now { get; set; }

    /// <summary>The record as last emitted.</summary>
    public VolumeMetadata Metadata { get; private set; }

    /// <summary>The record as last known durable.</summary>
    public VolumeMetadata Durable { get; private set; }

    public Gate Gate { get; private set; } = Gate.Closed;

    public bool IsPrimary => Metadata.Role == Role.Primary;

    /// <summary>
    /// Bytes acknowledged under this generation that no complete standby holds; stored with every record.
    /// </summary>
    public long AloneBytes { get; set; }

    /// <summary>
    /// When this copy, as a standby, last made a flush of a primary
    /// durable that was not drained; null when it never did.
    /// </summary>
    public TimeSpan? AnsweredAt { get; set; }

    /// <summary>
    /// Primary: a power cut took something that a standby may still hold; nothing opens before it is settled.
    /// </summary>
    public bool IsFetchOwed { get; set; }

    /// <summary>
    /// Peers that held every acknowledged write when the power went, and are not known to have lost any.
    /// </summary>
    public byte FetchSources { get; set; }

    /// <summary>Set by whoever changed something that another machine may wait for.</summary>
    public bool NeedsPump { get; set; }

    public void Bind(EffectBuffer buffer) => effects = buffer;

    public void Emit(in Effect effect) => effects!.Add(effect);

    public Ticket NextTicket() => new(--lastTicket);

    public void Load(VolumeMetadata metadata)
    {
        Metadata = metadata;
        Durable = metadata;
        foreach (var link in Links)
        {
            link.Link = metadata.Peers[link.Slot.Index].Link;
            link.SeedCursor = link.SeedPosition = metadata.Peers[link.Slot.Index].SeedCursor.Value;
            link.SeedCompares = metadata.Peers[link.Slot.Index].SeedCompares;

            // A record of before this flag says the same by its state.
            link.HoldsAll = metadata.Peers[link.Slot.Index].HoldsAll || link.Link == LinkState.InSync;
        }
    }

    /// <summary>Stores the record with the links as they are now; runs <paramref name="then"/> when it is durable.</summary>
    public void Persist(VolumeMetadata next, Action? then = null)
    {
        Metadata = next with
        {
            Version = Metadata.Version + 1,
            Boot = Configuration.Boot.Length > 0 ? Configuration.Boot : next.Boot,
            History = WithAloneBytes(next),
            Peers =
            [
                .. Links.Select(l => new PeerMetadata(l.Link)
                {
                    SeedCursor = new ByteOffset(l.SeedCursor),
                    SeedCompares = l.SeedCompares,
                    HoldsAll = l.HoldsAll,
                }),
            ],
        };
        persisting.Enqueue((Metadata, then));
        Emit(new Effect { Kind = EffectKind.PersistMetadata, Position = Metadata.Version, Detail = Metadata });
    }

    // Only the entry of the own, present time as a primary moves; a fenced copy keeps its last figure.
    private IReadOnlyList<GenerationEntry> WithAloneBytes(VolumeMetadata next)
    {
        if (next.Role == Role.Standby || next.History.Count == 0 || next.History[^1].Primary != Configuration.Site
            || next.History[^1].AloneBytes.Value == AloneBytes)
        {
            return next.History;
        }

        return [.. next.History.SkipLast(1), next.History[^1] with { AloneBytes = new ByteCount(AloneBytes) }];
    }

    /// <summary>Runs an action when the record as it is now is durable: at once if it is.</summary>
    public void WhenDurable(Action then)
    {
        if (persisting.Count == 0)
        {
            then();
        }
        else
        {
            persisting.Enqueue((Metadata, then));
        }
    }

    public void OnPersisted(long version)
    {
        while (persisting.Count > 0 && persisting.Peek().Record.Version <= version)
        {
            var (record, then) = persisting.Dequeue();
            Durable = record;
            then?.Invoke();
        }

        NeedsPump = true;
    }

    /// <summary>
    /// What an earlier life, or this copy as a standby, left in the
    /// page cache is durable: until then no mark of it may go.
    /// </summary>
    public bool IsPastDurable { get; set; } = true;

    /// <summary>The arbiter's row has been applied: who is waited for is known.</summary>
    public bool IsRowApplied => Gate is not (Gate.Closed or Gate.Confirming);

    /// <summary>True while this peer may give back what a power cut took here.</summary>
    public bool IsFetchSource(PeerLink link) => IsFetchOwed && (FetchSources & link.Bit) != 0;

    /// <summary>This peer cannot give back what a power cut took here, or a person gave it up.</summary>
    public void DropFetchSource(PeerLink link)
    {
        FetchSources &= (byte)~link.Bit;
        NeedsPump |= IsFetchOwed;
    }

    /// <summary>Recomputes who is waited for; true when the sets changed.</summary>
    public bool UpdateExcused()
    {
        byte excused = 0;
        foreach (var link in Links)
        {
            if (link.IsExcused || link.Link == LinkState.Detached)
            {
                excused |= link.Bit;
            }
        }

        var waited = System.Numerics.BitOperations.PopCount((uint)(AllMask & ~excused));
        var enough = waited >= Configuration.StandbyCopiesMin;
        var changed = excused != ExcusedMask || enough != HasEnoughCopies;
        (ExcusedMask, HasEnoughCopies) = (excused, enough);
        NeedsPump |= changed;
        return changed;
    }

    public bool Move(Gate to, string cause)
    {
        if (Gate == to)
        {
            return true;
        }

        var allowed = Transitions.Allows(Transitions.Gates, Gate, to);
        Report("gate", null, KebabCase.Of(Gate), KebabCase.Of(to), allowed ? cause : Causes.EdgeRefused);
        if (allowed)
        {
            Gate = to;
            NeedsPump = true;
        }

        return allowed;
    }

    public bool Move(PeerLink link, LinkState to, string cause)
    {
        if (link.Link == to)
        {
            return true;
        }

        var allowed = Transitions.Allows(Transitions.Links, link.Link, to);
        Report("link", link, KebabCase.Of(link.Link), KebabCase.Of(to), allowed ? cause : Causes.EdgeRefused);
        if (allowed)
        {
            link.Link = to;
            NeedsPump = true;
        }

        return allowed;
    }

    /// <summary>The record with another role; an edge outside the table is a bug, not an outcome.</summary>
    public VolumeMetadata WithRole(Role to, string cause)
    {
        if (Metadata.Role != to)
        {
            Invariant.Require(Transitions.Allows(Transitions.Roles, Metadata.Role, to), $"role {Metadata.Role} may become {to}");
            Report("role", null, KebabCase.Of(Metadata.Role), KebabCase.Of(to), cause);
        }

        return Metadata with { Role = to };
    }

    public void Report(string subject, PeerLink? link, string from, string to, string cause)
    {
        long worst = 0;
        TimeSpan? since = null;
        foreach (var candidate in Links)
        {
            if ((link is null || link == candidate) && candidate.Dirty.Bytes.Value >= worst)
            {
                worst = candidate.Dirty.Bytes.Value;
                since = candidate.ExposedSince;
            }
        }

        Emit(new Effect
        {
            Kind = EffectKind.ReportTransition,
            Detail = new TransitionReport(
                subject, link?.Slot, from, to, cause, Now, Metadata.Generation, new ByteCount(worst), since is { } t ? Now - t : TimeSpan.Zero),
        });
    }

    public void Answer(Ticket order, Refusal? refusal = null)
    {
        if (order != Ticket.None)
        {
            Emit(new Effect { Kind = EffectKind.AnswerOrder, Ticket = order, Detail = refusal });
        }
    }
}
