using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.Testing.Simulation;

/// <summary>The executor of one core in simulation: it supplies events and runs effects, on simulated disks and lines.</summary>
public sealed class SimSite
{
    private readonly SimWorld world;
    private readonly SimWan wan;
    private readonly FakeArbiter arbiter;
    private readonly SimOptions options;
    private readonly Simulation owner;
    private readonly EffectBuffer buffer = new();
    private readonly Dictionary<long, long[]> payloads = [];
    private readonly Dictionary<long, (ByteRange Range, long[] Values)> writing = [];
    private readonly Dictionary<long, Action<Refusal?>> orders = [];
    private readonly Connection?[] dialled;
    private readonly List<Connection> listening = [];
    private readonly HashSet<long> welcomed = [];
    private TimeSpan lastStore;
    private int life;
    private (int Life, Generation Generation) lastOpening;
    private int starts;
    private int boot;

    /// <summary>Makes a site that is down.</summary>
    public SimSite(Simulation owner, int index, SiteId[] sites, FakeArbiter arbiter, SimWan wan, VolumeMetadata first)
    {
        (this.owner, Index, this.arbiter, this.wan) = (owner, index, arbiter, wan);
        (world, options) = (owner.World, owner.Options);
        Site = sites[index];
        Peers = [.. Enumerable.Range(0, sites.Length).Where(i => i != index)];
        dialled = new Connection?[sites.Length];
        Disk = new SimDisk(owner.Size);
        Store = new SimStore(first, Peers.Length, owner.Size);
        Core = NewCore();
    }

    /// <summary>Place of the site.</summary>
    public int Index { get; }

    /// <summary>Id of the site.</summary>
    public SiteId Site { get; }

    /// <summary>Places of the peers, by slot.</summary>
    public int[] Peers { get; }

    /// <summary>The image.</summary>
    public SimDisk Disk { get; }

    /// <summary>The durable record and marks.</summary>
    public SimStore Store { get; }

    /// <summary>The core of this life.</summary>
    public ReplicationCore Core { get; private set; }

    /// <summary>True while the process runs.</summary>
    public bool IsUp { get; private set; }

    /// <summary>True while guests may use it.</summary>
    public bool IsExported { get; private set; }

    /// <summary>Its power was cut, and its disk has not been seen with everything acknowledged since.</summary>
    public bool IsShaken { get; set; }

    /// <summary>
    /// The sites that held everything acknowledged when this one, as the primary, lost power; minus those that lost
    /// power later.
    /// </summary>
    public HashSet<SimSite> Sources { get; } = [];

    /// <summary>No power cut that nobody has made good yet, as far as a record can tell.</summary>
    public bool IsWhole => Store.Metadata.Boot == Boot && !Store.Metadata.HasLostPower;

    /// <summary>Which boot the agents are told.</summary>
    public string Boot => options.Mutant == Mutant.SameBoot ? "boot-0" : $"boot-{boot}";

    /// <summary>True while this site cannot reach the arbiter.</summary>
    public bool IsArbiterCut { get; set; }

    /// <summary>Tickets of orders count down from here, away from guests and frames.</summary>
    public PeerSlot SlotOf(int site) => new((byte)Array.IndexOf(Peers, site));

    /// <summary>Starts the process.</summary>
    public void Start()
    {
        if (IsUp)
        {
            return;
        }

        IsUp = true;
        life++;
        starts++;
        Core = NewCore();
        world.Note(() => $"{Site} starts: {Store.Metadata.Role} g{Store.Metadata.Generation} {string.Join(',', Store.Metadata.Peers.Select(p => p.Link))}");
        Step(VolumeEvent.Started(Store.Load(owner.Options.Mutant == Mutant.NoActive), world.Now));
        if (owner.Options.Mutant == Mutant.NoConfirm && Core.Gate == Gate.Confirming)
        {
            skipConfirm = true;
        }

        Tick(life);
    }

    private bool skipConfirm;

    /// <summary>Kills the process; a power cut also takes what was not flushed.</summary>
    public void Crash(bool power)
    {
        if (!IsUp)
        {
            return;
        }

        world.Note(() => $"{Site} {(power ? "loses power" : "is killed")}");
        IsUp = false;
        life++;
        foreach (var (range, values) in writing.Values)
        {
            TearInto(range, values);
        }

        writing.Clear();
        payloads.Clear();
        orders.Clear();
        Store.Crash(world);
        if (power)
        {
            var wasWhole = IsWhole;
            boot++;
            Disk.LosePower(world);
            owner.OnPowerLost(this, wasWhole);
        }

        foreach (var connection in dialled.OfType<Connection>().Concat(listening).ToArray())
        {
            CloseQuietly(connection, world.Chance(0.5));
        }

        Array.Clear(dialled);
        listening.Clear();
        owner.OnCrashed(this);
        IsExported = false;
    }

    /// <summary>True once per process and generation.</summary>
    public bool IsFirstOpening()
    {
        var opening = (life, Core.Generation);
        var isFirst = lastOpening != opening;
        lastOpening = opening;
        return isFirst;
    }

    /// <summary>A guest's write.</summary>
    public void GuestWrite(long ticket, ByteRange range, long[] values, ChangeKind change, ChangeFlags flags)
    {
        payloads[ticket] = values;
        Step(VolumeEvent.GuestWriteArrived(new Ticket(ticket), range, change, flags));
    }

    /// <summary>A guest's flush.</summary>
    public void GuestFlush(long ticket) => Step(VolumeEvent.GuestFlushArrived(new Ticket(ticket)));

    /// <summary>A command; the callback gets the answer of this life, or never any.</summary>
    public void Order(OrderKind order, Action<Refusal?> answered, Generation generation = default, int peer = -1, ChangeFlags flags = default, object? detail = null)
    {
        if (!IsUp)
        {
            return;
        }

        var ticket = owner.NextTicket();
        orders[ticket] = answered;
        Step(VolumeEvent.Ordered(new Ticket(ticket), order, generation, peer < 0 ? default : SlotOf(peer), flags, detail));
    }

    /// <summary>Stops the agent in order: it closes, says goodbye and ends.</summary>
    public void StopInOrder()
    {
        var born = life;
        Order(OrderKind.Close, _ =>
        {
            if (life != born || !IsUp)
            {
                return;
            }

            world.Note(() => $"{Site} says goodbye");
            foreach (var connection in dialled.OfType<Connection>().Concat(listening).ToArray())
            {
                var other = owner.Sites[connection.Dialler == Index ? connection.Listener : connection.Dialler];
                connection.Send(Index, () => other.TakeGoodbye(connection, Index));
            }

            Crash(power: false);
        });
    }

    /// <summary>A person replaced what failed: the process starts again and trusts the disk, which here did not lie.</summary>
    public void Repair()
    {
        Crash(power: false);
        Store.EndStore(Store.Metadata with { IsFaulty = false, Version = Store.Metadata.Version + 1 });
    }

    private ReplicationCore NewCore() => new(
        owner.ConfigurationOf(Site, [.. Peers.Select(p => owner.SiteIds[p])], $"i{starts}") with { Boot = Boot });

    private void Step(in VolumeEvent happened)
    {
        if (!IsUp)
        {
            return;
        }

        buffer.Clear();
        Core.Step(happened, buffer);
        owner.Steps++;
        var effects = buffer.Effects.ToArray();
        foreach (var effect in effects)
        {
            if (owner.MayCrash && world.Chance(options.CrashPerEffect))
            {
                var power = world.Chance(options.PowerShare);
                var everywhere = power && world.Chance(options.PowerOfAll);
                foreach (var site in everywhere ? owner.Sites : [this])
                {
                    site.Crash(power);
                }

                return;
            }

            Run(effect);
        }
    }

    // Runs later, unless the process died meanwhile.
    private void Later(double fromMs, double toMs, Action action)
    {
        var born = life;
        world.AfterBetween(fromMs, toMs, () =>
        {
            if (life == born && IsUp)
            {
                action();
            }
        });
    }

    private void Run(Effect effect)
    {
        switch (effect.Kind)
        {
            case EffectKind.PersistRegions:
                Store.CancelClears(effect.Range, effect.Peers);
                if (StoreFails())
                {
                    var failed = VolumeEvent.Failed(VolumeEventKind.RegionsPersistFailed, effect.Ticket, 5);
                    Later(0.1, 1, () => Step(failed));
                    break;
                }

                Later(0.1, 1, () =>
                {
                    Store.Mark(effect.Range, effect.Peers);
                    Step(VolumeEvent.Completed(VolumeEventKind.RegionsPersisted, effect.Ticket));
                });
                break;
            case EffectKind.ClearRegions:
                Store.ClearLater(effect.Range, effect.Peers);
                if (world.Chance(0.3))
                {
                    Later(0, 20, Store.ApplyClears);
                }

                break;
            case EffectKind.WriteLocal:
                WriteLocal(effect);
                break;
            case EffectKind.FlushLocal:
                if (StoreFails())
                {
                    Later(0.1, 3, () => Step(VolumeEvent.Failed(VolumeEventKind.LocalFlushFailed, effect.Ticket, 5)));
                    break;
                }

                var snapshot = Disk.BeginFlush();
                Later(0.1, 3, () =>
                {
                    Disk.EndFlush(snapshot);
                    Step(VolumeEvent.Completed(VolumeEventKind.LocalFlushCompleted, effect.Ticket));
                });
                break;
            case EffectKind.PersistMetadata:
                StoreRecord((VolumeMetadata)effect.Detail!);
                break;
            case EffectKind.ReadForCopy:
                ReadForCopy(effect);
                break;
            case EffectKind.FindAllocation:
                Later(0.05, 1, () => Step(VolumeEvent.AllocationFound(effect.Peer, Disk.FindAllocation(effect.Range.Offset))));
                break;
            case EffectKind.PinRecoveryPoint:
                Later(0.1, 2, () => Step(VolumeEvent.Completed(VolumeEventKind.RecoveryPointPinned, effect.Ticket)));
                break;
            case EffectKind.AskArbiter:
                AskArbiter((ArbiterRequest)effect.Detail!);
                break;
            default:
                RunGuestSide(effect);
                break;
        }
    }

    private void RunGuestSide(in Effect effect)
    {
        switch (effect.Kind)
        {
            case EffectKind.AcknowledgeGuest:
                owner.OnAcknowledged(this, effect.Ticket.Value);
                break;
            case EffectKind.FailGuest:
                owner.OnFailed(effect.Ticket.Value);
                break;
            case EffectKind.FenceExports:
            case EffectKind.CloseExports:
                world.Note(() => $"{Site} closes exports");
                IsExported = false;
                break;
            case EffectKind.OpenExports:
                IsExported = true;
                owner.OnOpened(this);
                break;
            case EffectKind.ReportTransition:
                var report = (TransitionReport)effect.Detail!;
                owner.Reported(report);
                world.Note(() => $"{Site} {report.Subject} {(report.Peer is { } p ? owner.SiteIds[Peers[p.Index]] : string.Empty)} "
                    + $"{report.From} -> {report.To} ({report.Cause}) g{report.Generation} exposure {report.Exposure.Value}");
                break;
            case EffectKind.AnswerOrder:
                if (orders.Remove(effect.Ticket.Value, out var answered))
                {
                    var refusal = effect.Detail as Refusal;
                    world.After(TimeSpan.Zero, () => answered(refusal));
                }

                break;
            default:
                RunWire(effect);
                break;
        }
    }

    private void RunWire(Effect effect)
    {
        var other = owner.Sites[Peers[effect.Peer.Index]];
        var connection = Find(effect.Session);
        if (connection is null || !connection.IsOpenAt(Index))
        {
            return;
        }

        switch (effect.Kind)
        {
            case EffectKind.SendChange:
                var values = effect.Change == ChangeKind.Write ? payloads[effect.Ticket.Value] : [];
                connection.Send(Index, () => other.TakeChange(connection, Index, effect, values));
                if ((effect.Flags & ChangeFlags.Copy) != 0)
                {
                    payloads.Remove(effect.Ticket.Value);
                }

                break;
            case EffectKind.FetchRange:
                connection.Send(Index, () => other.AnswerFetch(connection, this, effect));
                break;
            case EffectKind.SendFrame:
                if (effect.Frame == FrameKind.Incomplete && options.Mutant == Mutant.EarlyMark)
                {
                    MarkEarly(other.Site);
                }

                connection.Send(Index, () => other.Step(VolumeEvent.FrameArrived(
                    other.SlotOf(Index), effect.Session, effect.Position, effect.Generation, effect.Frame)));
                break;
            case EffectKind.SendAck:
                connection.Send(Index, () => other.Step(VolumeEvent.PeerAcknowledged(
                    other.SlotOf(Index), effect.Session, effect.Position, effect.Durable)));
                break;
            case EffectKind.SendFailure:
                connection.Send(Index, () => other.Step(VolumeEvent.PeerFailed(
                    other.SlotOf(Index), effect.Session, effect.Position, effect.Code)));
                break;
            case EffectKind.AcceptPeer:
                connection.Send(Index, () => other.TakeWelcome(connection, Index, (Welcome)effect.Detail!));
                break;
            case EffectKind.RefusePeer:
                world.Note(() => $"{Site} refuses {other.Site}: {((Refusal)effect.Detail!).Code}");
                connection.Send(Index, () => other.TakeRefusal(connection, Index, effect.Generation, (Refusal)effect.Detail!));
                CloseQuietly(connection, tellPeer: true);
                break;
            case EffectKind.DropPeer:
                CloseQuietly(connection, tellPeer: true);
                break;
            default:
                throw new OracleException($"effect {effect.Kind} is not run");
        }
    }

    private void TakeChange(Connection connection, int from, Effect effect, long[] values)
    {
        var ticket = owner.NextTicket();
        payloads[ticket] = values;
        if (options.Mutant == Mutant.LateFrames && listening.Any(c => c.Dialler == from && c.Session > connection.Session)
            && effect.Change == ChangeKind.Write)
        {
            Disk.Write(effect.Range, values, through: false);
        }

        Step(VolumeEvent.ChangeArrived(
            SlotOf(from), effect.Session, effect.Position, effect.Generation, new Ticket(ticket), effect.Range, effect.Change, effect.Flags));
    }

    private void AnswerFetch(Connection connection, SimSite asker, Effect question) => Later(0.05, 2, () =>
    {
        if (connection.IsOpenAt(Index))
        {
            var values = Disk.Read(question.Range);
            connection.Send(Index, () => asker.TakeFetched(Index, question, values));
        }
    });

    private void TakeFetched(int from, Effect question, long[] values)
    {
        var isEqual = values.AsSpan().SequenceEqual(Disk.Read(question.Range));
        var ticket = isEqual ? 0 : owner.NextTicket();
        if (!isEqual)
        {
            payloads[ticket] = values;
        }

        Step(VolumeEvent.RangeFetched(SlotOf(from), question.Session, question.Ticket, new Ticket(ticket), 0));
    }

    private void TakeWelcome(Connection connection, int from, Welcome welcome)
    {
        if (dialled[from] != connection || !IsUp)
        {
            return;
        }

        welcomed.Add(connection.Session);
        world.Note(() => $"{Site} is welcomed by {owner.SiteIds[from]} in session {connection.Session}");
        Step(VolumeEvent.PeerConnected(SlotOf(from), connection.Session, welcome.Facts));
        foreach (var range in welcome.InDoubt.Append(default))
        {
            Step(VolumeEvent.PeerInDoubt(SlotOf(from), connection.Session, range));
        }
    }

    private void TakeRefusal(Connection connection, int from, Generation generation, Refusal refusal)
    {
        Step(VolumeEvent.PeerRefused(SlotOf(from), generation, refusal));
        owner.OnRefused(this, from, refusal);
        OnClosed(connection, from);
    }

    private void TakeGoodbye(Connection connection, int from)
    {
        Step(VolumeEvent.PeerLeft(SlotOf(from), connection.Session));
        OnClosed(connection, from);
    }

    private void OnClosed(Connection connection, int from)
    {
        connection.Close(Index, null);
        if (dialled[from] == connection)
        {
            dialled[from] = null;
        }

        listening.Remove(connection);
        Step(VolumeEvent.PeerLost(SlotOf(from), connection.Session));
    }

    private void CloseQuietly(Connection connection, bool tellPeer)
    {
        var far = connection.Dialler == Index ? connection.Listener : connection.Dialler;
        var other = owner.Sites[far];
        connection.Close(Index, tellPeer ? () => other.OnClosed(connection, Index) : null);
        if (dialled[far] == connection)
        {
            dialled[far] = null;
        }

        listening.Remove(connection);
    }

    private Connection? Find(long session) =>
        dialled.FirstOrDefault(c => c?.Session == session) ?? listening.Find(c => c.Session == session);

    private void WriteLocal(Effect effect)
    {
        var values = effect.Change == ChangeKind.Write
            ? payloads[effect.Ticket.Value]
            : new long[SimDisk.CellsOf(effect.Range).End - SimDisk.CellsOf(effect.Range).First];
        if (owner.MayCrash && world.Chance(options.DiskFails))
        {
            world.Note(() => $"{Site} disk fails a write");
            Later(0.05, 2, () => Step(VolumeEvent.Failed(VolumeEventKind.LocalWriteFailed, effect.Ticket, 5)));
            return;
        }

        if (owner.MayCrash && world.Chance(options.DiskFull))
        {
            world.Note(() => $"{Site} disk is full at {effect.Range}");
            Later(0.05, 2, () =>
            {
                TearInto(effect.Range, values);
                Step(VolumeEvent.Failed(VolumeEventKind.LocalWriteFailed, effect.Ticket, 28));
            });
            return;
        }

        writing[effect.Ticket.Value] = (effect.Range, values);
        Later(0.02, world.Chance(0.02) ? 60 : 1, () =>
        {
            writing.Remove(effect.Ticket.Value);
            Disk.Write(effect.Range, values, (effect.Flags & ChangeFlags.Durable) != 0);
            Step(VolumeEvent.Completed(VolumeEventKind.LocalWriteCompleted, effect.Ticket));
        });
    }

    private void TearInto(ByteRange range, long[] values)
    {
        var (first, end) = SimDisk.CellsOf(range);
        for (var cell = first; cell < end; cell++)
        {
            if (world.Chance(0.5))
            {
                Disk.Write(new ByteRange((long)cell * SimDisk.CellBytes, SimDisk.CellBytes), [values[cell - first]], through: false);
            }
        }
    }

    private void ReadForCopy(Effect effect)
    {
        var early = options.Mutant == Mutant.RaceCopy ? Disk.Read(effect.Range) : null;
        if (early is not null)
        {
            // The broken rule: the lock ends at once, the payload is what was there before.
            Later(0, 0, () => Step(VolumeEvent.Completed(VolumeEventKind.CopyRead, effect.Ticket)));
            payloads[effect.Ticket.Value] = [.. early.Select((v, i) => owner.StaleValue(SimDisk.CellsOf(effect.Range).First + i, v))];
            return;
        }

        Later(0.05, 3, () =>
        {
            var values = Disk.Read(effect.Range);
            if ((effect.Flags & ChangeFlags.Copy) != 0
                && Find(effect.Session) is { } connection && connection.IsOpenAt(Index))
            {
                var other = owner.Sites[Peers[effect.Peer.Index]];
                connection.Send(Index, () => other.AnswerDigest(connection, this, effect, values));
                return;
            }

            payloads[effect.Ticket.Value] = values;
            Step(VolumeEvent.Completed(VolumeEventKind.CopyRead, effect.Ticket));
        });
    }

    private void AnswerDigest(Connection connection, SimSite asker, Effect question, long[] values) =>
        Later(0.05, 2, () =>
    {
        var own = Disk.Read(question.Range);
        connection.Send(Index, () => asker.TakeDigest(question, values, own));
    });

    // As the executor does it: from the first to the last block that differs.
    private void TakeDigest(Effect question, long[] values, long[] theirs)
    {
        var cells = (int)(Grain.BlockBytes / SimDisk.CellBytes);
        var differing = Enumerable.Range(0, values.Length).Where(i => values[i] != theirs[i]).ToArray();
        if (differing.Length == 0)
        {
            Step(VolumeEvent.CopyCompared(question.Ticket, default));
            return;
        }

        var first = differing[0] / cells * cells;
        var end = Math.Min(values.Length, ((differing[^1] / cells) + 1) * cells);
        payloads[question.Ticket.Value] = values[first..end];
        Step(VolumeEvent.CopyCompared(question.Ticket, new ByteRange(
            question.Range.Offset + (first * SimDisk.CellBytes), (end - first) * SimDisk.CellBytes)));
    }

    private bool StoreFails() => owner.MayCrash && world.Chance(options.StoreFails);

    private void StoreRecord(VolumeMetadata record)
    {
        if (!record.IsFaulty && StoreFails())
        {
            Later(0.1, 1, () => Step(VolumeEvent.MetadataPersistFailed(record.Version, 5)));
            return;
        }

        Store.BeginStore(record);
        var at = world.Now + TimeSpan.FromMilliseconds(0.2 + (world.NextDouble() * 3));
        lastStore = at > lastStore ? at : lastStore;
        var born = life;
        world.After(lastStore - world.Now, () =>
        {
            if (life == born && IsUp)
            {
                Store.EndStore(record);
                Step(VolumeEvent.MetadataPersisted(record.Version));
            }
        });
    }

    private void AskArbiter(ArbiterRequest request)
    {
        var born = life;
        if (skipConfirm && request is Confirm)
        {
            skipConfirm = false;
            var row = arbiter.Row;
            var claimed = row with { Generation = Core.Generation, Primary = Site, Version = row.Version };
            Later(0.1, 1, () => Step(VolumeEvent.ArbiterAnswered(request.RequestId, new ArbiterAnswer(true, claimed, null))));
            return;
        }

        if (IsArbiterCut)
        {
            return;
        }

        arbiter.Ask(request, answer =>
        {
            if (life == born && !IsArbiterCut)
            {
                Step(VolumeEvent.ArbiterAnswered(request.RequestId, answer));
            }
        });
    }

    private void MarkEarly(SiteId standby)
    {
        var row = arbiter.Row;
        arbiter.Decide(new MarkComplete(Core.Generation, row.Version, standby)
        {
            Protection = row.Protection,
            RequestId = $"early-{owner.NextTicket()}",
            Asker = Site,
        });
    }

    private void Tick(int born)
    {
        if (life != born || !IsUp)
        {
            return;
        }

        Step(VolumeEvent.TimerTicked(world.Now));
        if (IsUp)
        {
            Dial();
            KeepAlive();
        }

        world.After(TimeSpan.FromMilliseconds(25), () => Tick(born));
    }

    private void Dial()
    {
        foreach (var peer in Peers)
        {
            var connection = dialled[peer];
            if (connection is not null && !welcomed.Contains(connection.Session) && world.Now - connection.OpenedAt > TimeSpan.FromMilliseconds(250))
            {
                CloseQuietly(connection, tellPeer: true);
                connection = null;
            }

            if (connection is null && Core.DialsPeers && world.Chance(0.5))
            {
                var opened = dialled[peer] = wan.Open(Index, peer);
                opened.Heard[0] = opened.Heard[1] = world.Now;
                var facts = Core.Facts;
                opened.Send(Index, () => owner.Sites[peer].TakeHello(opened, Index, facts));
            }
        }
    }

    private void TakeHello(Connection connection, int from, HandshakeFacts facts)
    {
        if (!IsUp)
        {
            connection.Close(Index, null);
            return;
        }

        listening.Add(connection);
        world.Note(() => $"{Site} hears hello of {owner.SiteIds[from]} in session {connection.Session} as {Core.Role} {Core.Gate} g{Core.Generation}");
        Step(VolumeEvent.PeerOffered(SlotOf(from), connection.Session, facts));
    }

    private void KeepAlive()
    {
        foreach (var connection in dialled.OfType<Connection>().ToArray())
        {
            var other = owner.Sites[connection.Listener];
            connection.Send(Index, () => { });
            _ = other;
        }

        foreach (var connection in listening.ToArray())
        {
            var other = owner.Sites[connection.Dialler];
            connection.Send(Index, () => other.Step(VolumeEvent.PeerHeard(other.SlotOf(Index), connection.Session)));
            if (world.Now - connection.Heard[1] > TimeSpan.FromMilliseconds(500))
            {
                OnClosed(connection, connection.Dialler);
            }
        }
    }
}
