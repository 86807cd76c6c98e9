using Runbooks.Domain.Errors;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Replication.Machines;

namespace Runbooks.Replication;

/// <summary>The pure replication core of one volume at one site: events in, effects out.</summary>
/// <remarks>
/// It decides everything about order, durability, acknowledgement, degradation,
/// catch-up and fencing, and it does nothing: no clock, no disk, no socket, no task.
/// Production and simulation differ only in who supplies events and who runs effects.
/// <code>
///     guest ──> WritePath ──> local image            StandbyStream ──> local image      (one of the two is awake, by role)
///                  │ └─────> LinkMachine + CatchUp ──> peers
///               FlushPath        │
///                            ArbiterDesk ──> arbiter       GateKeeper: start, confirm, resolve, open, drain, fence
/// </code>
/// <b>Threading</b>: one owner loop. <b>Contract</b>: the first event is Started; the effects of a step are
/// started in order before the next event is taken; every effect that promises an event gets exactly one,
/// unless the process dies. The core is dead after it threw. <b>Cost</b>: printed by <c>StepCostTests</c>
/// of the simulation, which asserts that a guest write, its flush shared by 32, makes no object after
/// warm-up; 0.3 to 1.7 us a step and 1 to 5 us a write were seen on a 2-core machine, quiet and overloaded.
/// </remarks>
public sealed class ReplicationCore
{
    // One event lets each link go through its nine stages a few times at most.
    private const int PumpRoundsMax = 200;

    // Linux numbers, as the executor reports them.
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private readonly CoreContext core;
    private readonly WritePath writes;
    private readonly FlushPath flushes;
    private readonly LinkMachine links;
    private readonly CatchUp catchUp;
    private readonly ArbiterDesk desk;
    private readonly GateKeeper gate;
    private readonly StandbyStream stream;
    private readonly Admission admission;
    private readonly FetchBack fetch;
    private readonly Dictionary<long, Action> ownWork = [];
    private TimeSpan lastFlush;
    private bool isStarted;

    /// <summary>Makes a core that waits for Started.</summary>
    public ReplicationCore(VolumeConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Invariant.Require(configuration.Peers.Count <= PeerSlot.CountMax, "a volume has at most eight peers");
        Configuration = configuration;
        core = new CoreContext(configuration);
        writes = new WritePath(core);
        links = new LinkMachine(core, writes);
        catchUp = new CatchUp(core, writes, links);
        flushes = new FlushPath(core, writes, links);
        desk = new ArbiterDesk(core, links);
        fetch = new FetchBack(core, writes, links, ownWork);
        links.Wire(catchUp, flushes, desk, fetch);
        gate = new GateKeeper(core, writes, flushes, links, desk, new PeerProof(core, links), fetch);
        stream = new StandbyStream(core);
        admission = new Admission(core, writes, stream, gate, ownWork);
        desk.Confirmed = gate.OnConfirmed;
        desk.Superseded = row => gate.Fence(row.Generation);
    }

    /// <summary>What it was made with.</summary>
    public VolumeConfiguration Configuration { get; }

    /// <summary>The durable record as last emitted.</summary>
    public VolumeMetadata Metadata => core.Metadata;

    /// <summary>Role now.</summary>
    public Role Role => core.Metadata.Role;

    /// <summary>Generation now.</summary>
    public Generation Generation => core.Metadata.Generation;

    /// <summary>State of the gate.</summary>
    public Gate Gate => core.Gate;

    /// <summary>True when guests may read and write here.</summary>
    public bool IsOpen => core.Gate == Gate.Open;

    /// <summary>What to say in a hello. Comes from durable state only.</summary>
    public HandshakeFacts Facts => Admission.FactsOf(core);

    /// <summary>True when the executor should dial its peers: this copy is primary and neither fenced nor failed.</summary>
    public bool DialsPeers => isStarted && core.IsPrimary && core.Gate is not (Gate.Failed or Gate.Closed);

    /// <summary>Version of the newest arbiter row known; 0 when none.</summary>
    public long RowVersion => desk.Row?.Version ?? 0;

    /// <summary>Writes accepted and not yet forgotten; bounded by <see cref="VolumeConfiguration.WriteLogMax"/>.</summary>
    public int WritesLogged => writes.Log.Count;

    /// <summary>Writes that wait for a mark, a busy range or room. The executor stops reading from guests when this grows.</summary>
    public int WritesWaiting => writes.WaitingCount;

    /// <summary>Regions held by the activity log; bounded by <see cref="VolumeConfiguration.ActiveRegionsMax"/>.</summary>
    public int RegionsActive => writes.Activity.Count;

    /// <summary>Takes one event and appends the effects.</summary>
    public void Step(in VolumeEvent happened, EffectBuffer effects)
    {
        ArgumentNullException.ThrowIfNull(effects);
        Invariant.Require(isStarted || happened.Kind == VolumeEventKind.Started, "the first event of a core is Started");
        core.Bind(effects);
        Take(happened);
        if (writes.WantsFlush)
        {
            writes.FlushInBackground();
            links.FlushInBackground();
        }

        for (var round = 0; core.NeedsPump; round++)
        {
            Invariant.Require(round < PumpRoundsMax, "the machines come to rest after an event");
            core.NeedsPump = false;
            admission.Pump();
            writes.Pump();
            links.Pump();
            desk.Pump();
            gate.Pump();
        }

        stream.SendAck();
    }

    /// <summary>
    /// Where this copy may hold writes that a peer has not: the first ranges, how many there are, and their bytes.
    /// </summary>
    /// <remarks>
    /// <b>Shape</b>: ascending, not touching; never misses a real difference. Blocks of 4 KiB while this process has
    /// counted them itself, regions of 64 KiB after a restart, when only the durable marks are left.
    /// </remarks>
    public (IReadOnlyList<ByteRange> First, int Count, ByteCount Bytes) DifferencesTo(PeerSlot peer, int firstMax)
    {
        var link = core.Links[peer.Index];
        var first = new List<ByteRange>();
        var (count, bytes) = (0, 0L);
        foreach (var range in link.Dirty.IsEmpty ? link.Marks.Ranges() : link.Dirty.Ranges(core.Configuration.Size))
        {
            count++;
            bytes += range.Length;
            if (first.Count < firstMax)
            {
                first.Add(range);
            }
        }

        return (first, count, new ByteCount(bytes));
    }

    /// <summary>State of one link, for status pages.</summary>
    public LinkStatus LinkOf(PeerSlot peer)
    {
        var link = core.Links[peer.Index];
        return new LinkStatus(
            link.Link,
            link.Stage > LinkStage.Admitting,
            !link.IsExcused && link.Link != LinkState.Detached,
            new ByteCount(link.Dirty.Bytes.Value + link.Copies.Where(c => !c.IsApplied).Sum(c => c.Range.Length)),
            link.ExposedSince,
            new ByteOffset(link.SeedCursor));
    }

    /// <summary>True when the block at this offset is known to differ, may differ, or is being sent: what the oracles compare with.</summary>
    public bool MayDiffer(PeerSlot peer, ByteRange range)
    {
        var link = core.Links[peer.Index];
        if (link.Link is LinkState.Detached || (link.Link == LinkState.Seeding && range.End > link.SeedCursor))
        {
            return true;
        }

        for (var region = range.Offset / Grain.RegionBytes; region * Grain.RegionBytes < range.End; region++)
        {
            if (link.Marks.Has(region))
            {
                return true;
            }
        }

        return false;
    }

    private void Take(in VolumeEvent happened)
    {
        switch (happened.Kind)
        {
            case VolumeEventKind.GuestWriteArrived:
                writes.Arrive(happened);
                break;
            case VolumeEventKind.LocalWriteCompleted:
                if ((!stream.IsBusy || !stream.OnDone(happened.Ticket))
                    && (!fetch.IsStoring || !fetch.OnStored(happened.Ticket)))
                {
                    writes.OnLocalDone(happened.Ticket);
                }

                break;
            case VolumeEventKind.PeerAcknowledged:
                if (Session(happened) is { } acked)
                {
                    links.OnAcknowledged(acked, happened.Position, happened.Durable);
                }

                break;
            case VolumeEventKind.FrameArrived:
                TakeFrame(happened);
                break;
            case VolumeEventKind.GuestFlushArrived:
                flushes.Arrive(happened.Ticket);
                break;
            case VolumeEventKind.LocalFlushCompleted:
                TakeFlushed(happened.Ticket);
                break;
            case VolumeEventKind.RegionsPersisted:
                writes.OnRegionsPersisted(happened.Ticket);
                break;
            case VolumeEventKind.CopyRead:
            case VolumeEventKind.CopyEqual:
            case VolumeEventKind.CopyReadFailed:
                catchUp.OnRead(happened);
                break;
            case VolumeEventKind.TimerTicked:
                Tick(happened.At);
                break;
            default:
                TakeRare(happened);
                break;
        }
    }

    private void TakeRare(in VolumeEvent happened)
    {
        switch (happened.Kind)
        {
            case VolumeEventKind.Started:
                Invariant.Require(!isStarted, "a core starts once");
                isStarted = true;
                core.Now = lastFlush = happened.At;
                gate.Start((PersistedState)happened.Detail!);
                core.NeedsPump = true;
                break;
            case VolumeEventKind.MetadataPersisted:
                core.OnPersisted(happened.Position);
                break;
            case VolumeEventKind.LocalWriteFailed when happened.Code is NoSpace or QuotaExceeded:
                // Nothing was promised yet, so nothing is broken: a guest sees its error, a primary its standby's.
                if (!stream.OnFailed(happened.Ticket, happened.Code) && !fetch.OnStoreFull(happened.Ticket))
                {
                    writes.OnLocalFull(happened.Ticket);
                }

                break;
            case VolumeEventKind.LocalWriteFailed:
            case VolumeEventKind.LocalFlushFailed:
            case VolumeEventKind.RegionsPersistFailed:
            case VolumeEventKind.MetadataPersistFailed:
                stream.OnFailed(happened.Ticket, happened.Code);
                fetch.OnStored(happened.Ticket);
                gate.Fail(happened.Code);
                break;
            case VolumeEventKind.AllocationFound:
                catchUp.OnAllocationFound(core.Links[happened.Peer.Index], happened.Range);
                break;
            case VolumeEventKind.RecoveryPointPinned:
                RunOwn(happened.Ticket);
                stream.OnDone(happened.Ticket);
                break;
            case VolumeEventKind.ArbiterAnswered:
                desk.OnAnswered((ArbiterAnswered)happened.Detail!);
                break;
            case VolumeEventKind.ArbiterUnreachable:
                desk.OnUnreachable((string)happened.Detail!);
                break;
            case VolumeEventKind.ArbiterRowLearned:
                desk.Learn((Domain.Arbiter.ArbiterRow)happened.Detail!);
                break;
            case VolumeEventKind.Ordered:
                TakeOrder(happened);
                break;
            default:
                TakePeer(happened);
                break;
        }
    }

    private void TakePeer(in VolumeEvent happened)
    {
        var link = core.Links[happened.Peer.Index];
        switch (happened.Kind)
        {
            case VolumeEventKind.PeerConnected:
                var facts = (HandshakeFacts)happened.Detail!;
                if (facts.Generation > core.Metadata.Generation)
                {
                    links.Drop(happened.Peer, happened.Session);
                    gate.Fence(facts.Generation);
                }
                else
                {
                    links.OnConnected(link, happened.Session, facts);
                }

                break;
            case VolumeEventKind.PeerInDoubt when Session(happened) is { } doubting:
                links.OnInDoubt(doubting, happened.Range);
                break;
            case VolumeEventKind.PeerHeard when Session(happened) is { } heard:
                heard.LastHeard = core.Now;
                break;
            case VolumeEventKind.PeerFailed when Session(happened) is { } failed:
                links.OnPeerFailed(failed);
                break;
            case VolumeEventKind.PeerLost:
                if (Session(happened) is { } lost)
                {
                    links.Lose(lost, Causes.SessionEnded);
                }

                admission.OnLost(happened.Peer, happened.Session);
                break;
            case VolumeEventKind.PeerLeft:
                if (Session(happened) is { } left)
                {
                    links.OnPeerLeft(left);
                }

                admission.OnLost(happened.Peer, happened.Session);
                break;
            case VolumeEventKind.RangeFetched when Session(happened) is { } giving:
                fetch.OnFetched(giving, happened);
                break;
            case VolumeEventKind.PeerRefused:
                if ((happened.Detail as Refusal)?.Code == CoreRefusals.FaultyCode)
                {
                    core.DropFetchSource(link);
                }

                core.Report("session", link, "refused", (happened.Detail as Refusal)?.Code ?? "refused", Causes.EdgeRefused);
                Fence(happened.Generation);
                break;
            case VolumeEventKind.PeerOffered:
                admission.OnOffered(happened.Peer, happened.Session, (HandshakeFacts)happened.Detail!);
                break;
            case VolumeEventKind.GenerationSeen:
                Fence(happened.Generation);
                break;
            default:
                break;
        }
    }

    private void TakeOrder(in VolumeEvent happened)
    {
        var link = core.Links.Length > happened.Peer.Index ? core.Links[happened.Peer.Index] : null;
        switch (happened.Order)
        {
            case OrderKind.Seal:
                admission.Seal(happened.Ticket, happened.Generation);
                break;
            case OrderKind.Promote:
                admission.Promote(happened.Ticket, (PromotionOrder)happened.Detail!);
                break;
            case OrderKind.Drain:
                gate.Drain(happened.Ticket, closing: false);
                break;
            case OrderKind.Close:
                gate.Drain(happened.Ticket, closing: true);
                break;
            case OrderKind.Reopen:
                gate.Reopen(happened.Ticket);
                break;
            case OrderKind.Fence:
                Fence(happened.Generation);
                core.Answer(happened.Ticket);
                break;
            case OrderKind.DiscardOwnChanges:
                admission.DiscardOwnChanges(happened.Ticket);
                break;
            default:
                core.Answer(happened.Ticket, link is null
                    ? CoreRefusals.Order(happened.Order, "there is no such peer")
                    : links.Order(link, happened.Order, happened.Flags));
                break;
        }
    }

    private void TakeFrame(in VolumeEvent happened)
    {
        if (happened.Generation < core.Metadata.Generation && happened.Session == stream.Session)
        {
            admission.Expel();
            return;
        }

        stream.Arrive(happened);
    }

    private void TakeFlushed(Ticket ticket)
    {
        if (writes.OnLocalFlushed(ticket))
        {
            flushes.OnLocalFlushed(ticket);
        }
        else if (!stream.OnDone(ticket))
        {
            RunOwn(ticket);
        }
    }

    private void RunOwn(Ticket ticket)
    {
        if (ownWork.Remove(ticket.Value, out var then))
        {
            then();
        }
    }

    private void Tick(TimeSpan at)
    {
        Invariant.Require(at >= core.Now, "the clock is monotonic");
        core.Now = at;
        if (!core.IsPrimary)
        {
            core.NeedsPump = true;
            return;
        }

        links.Tick();
        fetch.Tick();
        catchUp.Tick();
        desk.Tick();
        gate.Tick();
        if (at - lastFlush >= Configuration.FlushInterval)
        {
            lastFlush = at;
            writes.FlushInBackground();
            links.FlushInBackground();
            foreach (var link in core.Links)
            {
                catchUp.StoreCursor(link);
            }

            StoreAloneBytes();
        }
    }

    private void StoreAloneBytes()
    {
        if (core.Metadata.History.Count > 0 && core.Metadata.History[^1].AloneBytes.Value != core.AloneBytes
            && core.Metadata.History[^1].Primary == Configuration.Site)
        {
            core.Persist(core.Metadata);
        }
    }

    private void Fence(Generation higher)
    {
        if (higher > core.Metadata.Generation)
        {
            stream.End();
            gate.Fence(higher);
        }
    }

    private PeerLink? Session(in VolumeEvent happened)
    {
        var link = core.Links[happened.Peer.Index];
        return link.HasSession && link.Session == happened.Session ? link : null;
    }
}
