using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Targets;
using Runbooks.BlockPath.Wan;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Replication;
using Runbooks.Wire;
using Runbooks.Wire.Nbd;

namespace Runbooks.BlockPath.Volumes;

/// <summary>
/// The owner of one volume: takes events, steps the core, runs its effects. Exactly one thread is in it at a time.
/// </summary>
/// <remarks>
/// A turn: take everything that waits; step the core for each; run the effects in order (frames into the queues of the
/// sessions, records to the serial worker, answers and local writes into lists); send; give the ownership back; only then
/// answer guests and write locally. So the frame of a write is on the wire while its local copy is made, and nobody waits for
/// a disk inside the ownership.
///
/// Bytes never enter the core: a ticket names them, and each user of them (disk, each WAN queue) holds a reference.
/// </remarks>
internal sealed class VolumeLoop : IDisposable
{
    private readonly ReplicationCore core;
    private readonly EffectBuffer effects = new();
    private readonly VolumeMailbox mailbox = new();
    private readonly VolumeImage image;
    private readonly VolumeRecord record;
    private readonly RegionMarks marks;
    private readonly IExecutor executor;
    private readonly SerialWork serial;
    private volatile bool isDisposed;
    private readonly ConcurrentStack<OwnerBatch> idle = new();
    private readonly StreamSession?[] sessions;
    private readonly (long Applied, long Durable)[] acks;
    private readonly bool[] ackPending;
    private readonly DateTimeOffset[] linkSince = new DateTimeOffset[PeerSlot.CountMax];
    private readonly CopyReader copies;
    private readonly LocalWriter writer;
    private readonly PeerEffects peers;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<Refusal?>> orders = new();
    private readonly IVolumeSurroundings surroundings;
    private readonly WorkItem kick;
    private int kickPosted;
    private int owned;
    private bool dialled;
    private volatile bool isOpen;

    public VolumeLoop(
        VolumeConfiguration configuration,
        VolumeImage image,
        VolumeRecord record,
        RegionMarks marks,
        IExecutor executor,
        IVolumeSurroundings surroundings)
    {
        core = new ReplicationCore(configuration);
        this.image = image;
        this.record = record;
        this.marks = marks;
        this.executor = executor;
        this.surroundings = surroundings;
        serial = new SerialWork(executor);
        copies = new CopyReader(this, image, executor);
        writer = new LocalWriter(this, image, executor);
        peers = new PeerEffects(this, copies);
        sessions = new StreamSession?[configuration.Peers.Count];
        acks = new (long, long)[configuration.Peers.Count];
        ackPending = new bool[configuration.Peers.Count];
        kick = new WorkItem(() =>
        {
            Volatile.Write(ref kickPosted, 0);
            Kick();
        });
        Owner = null!;
    }

    public Volume Owner { get; set; }

    public VolumeConfiguration Configuration => core.Configuration;

    public TicketTable Tickets { get; } = new();

    public bool IsOpen => isOpen;

    public VolumeImage Image => image;

    public RegionMarks Marks => marks;

    public Action<BlockRequest> GuestAnswered { get; set; } = _ => { };

    public LatencyHistogram GuestLeg { get; } = new("guest");

    public LatencyHistogram LocalLeg { get; } = new("local");

    public LatencyHistogram WanLeg { get; } = new("wan");

    public long GuestWrites { get; private set; }

    public long GuestWriteBytes { get; private set; }

    public long[] CopyBytesSent { get; } = new long[PeerSlot.CountMax];

    /// <summary>What <see cref="CopyBytesSent"/> was when the last catch-up began: a catch-up that ran before anybody asked is counted too.</summary>
    public long[] CopyBytesBeforeCatchUp { get; } = new long[PeerSlot.CountMax];

    public long[] DualWriteBytesSent { get; } = new long[PeerSlot.CountMax];

    /// <summary>The first durable failure of this copy, in words.</summary>
    public string Failure { get; private set; } = string.Empty;

    /// <summary>Peers of this core that were dialled or may be; for the links of the site.</summary>
    public StreamSession?[] Sessions => sessions;

    /// <summary>Generation as of the last turn, for keep-alives.</summary>
    public Generation Generation { get; private set; }

    /// <summary>Version of the arbiter's row as the last answer or lesson named it.</summary>
    public long ArbiterVersion { get; private set; }

    /// <summary>Standby: position of the last frame applied; counts over all sessions of this start.</summary>
    public long AppliedPosition { get; private set; }

    public static TimeSpan Now => Stopwatch.GetElapsedTime(0);

    public void Start() => Post(VolumeEvent.Started(record.Load(marks, Configuration), Now));

    public void Post(in VolumeEvent happened) => mailbox.Post(happened);

    public void PostAndKick(in VolumeEvent happened)
    {
        mailbox.Post(happened);
        Kick();
    }

    /// <summary>Kicks from a thread of the executor: for callers that must not be caught by somebody else's disk writes.</summary>
    public void KickElsewhere()
    {
        if (Interlocked.Exchange(ref kickPosted, 1) == 0)
        {
            executor.Post(kick);
        }
    }

    public void RunOnDisk(Action work) => executor.Post(new WorkItem(work));

    public void GuestArrived(BlockRequest request)
    {
        var ticket = Tickets.Add(request, request.Buffer, request.BufferStart, Stopwatch.GetTimestamp());
        if (request.Command == BlockCommand.Flush)
        {
            mailbox.Post(VolumeEvent.GuestFlushArrived(ticket));
            return;
        }

        var change = request.Command switch
        {
            BlockCommand.Write => ChangeKind.Write,
            BlockCommand.Trim => ChangeKind.Discard,
            _ => ChangeKind.Zero,
        };
        var flags = request.Fua ? ChangeFlags.Durable : ChangeFlags.None;
        flags |= (request.Flags & BlockRequestFlags.NoHole) != 0 ? ChangeFlags.KeepAllocated : ChangeFlags.None;
        mailbox.Post(
            VolumeEvent.GuestWriteArrived(ticket, new ByteRange(request.Offset, request.Length), change, flags));
    }

    /// <summary>Gives an order and waits for its answer: null, or why not.</summary>
    public Task<Refusal?> OrderAsync(
        OrderKind order, Generation generation = default, PeerSlot peer = default, ChangeFlags flags = default, object? detail = null)
    {
        var ticket = Tickets.Add(null, null, 0, 0);
        var answer = new TaskCompletionSource<Refusal?>(TaskCreationOptions.RunContinuationsAsynchronously);
        orders[ticket.Value] = answer;
        PostAndKick(VolumeEvent.Ordered(ticket, order, generation, peer, flags, detail));
        return answer.Task;
    }

    /// <summary>Reads the core's state from any thread; takes the ownership for a moment.</summary>
    public T Ask<T>(Func<ReplicationCore, T> question)
    {
        var spin = new SpinWait();
        while (Interlocked.CompareExchange(ref owned, 1, 0) != 0)
        {
            spin.SpinOnce();
        }

        try
        {
            return question(core);
        }
        finally
        {
            Volatile.Write(ref owned, 0);
            KickElsewhere();
        }
    }

    public DateTimeOffset LinkSince(int peer) => linkSince[peer];

    public void WriteStaleMarks()
    {
        try
        {
            marks.WriteStale();
        }
        catch (Exception e) when (e is DiskFault or ObjectDisposedException)
        {
            // Clears are only work saved; the next mark of the page carries them.
            if (e is DiskFault fault)
            {
                NoteFailure(fault);
            }
        }
    }

    public StreamSession? SessionOf(int peer) => Volatile.Read(ref sessions[peer]);

    /// <summary>Makes a session the current one of its peer; an older one is cut.</summary>
    public void Attach(StreamSession session)
    {
        var before = Interlocked.Exchange(ref sessions[session.Peer.Index], session);
        before?.Dispose();
    }

    /// <summary>A session's receive loop has ended.</summary>
    public void Ended(StreamSession session)
    {
        session.Ended.Set();
        session.Dispose();
        Interlocked.CompareExchange(ref sessions[session.Peer.Index], null, session);
        PostAndKick(VolumeEvent.PeerLost(session.Peer, session.Session));
    }

    /// <summary>Tells every peer that this end stops on purpose, and waits a moment for the words to leave.</summary>
    public void SayGoodbye()
    {
        for (var peer = 0; peer < sessions.Length; peer++)
        {
            SessionOf(peer)?.SayGoodbye(Generation);
        }
    }

    public void Kick()
    {
        while (!mailbox.IsEmpty && !isDisposed)
        {
            if (Interlocked.CompareExchange(ref owned, 1, 0) != 0)
            {
                // The owner looks again after it has given the ownership back, so our events are seen.
                return;
            }

            if (!idle.TryPop(out var batch))
            {
                batch = new OwnerBatch();
            }

            var happened = CollectionsMarshal.AsSpan(mailbox.Take());
            foreach (ref readonly var one in happened)
            {
                if (one.Kind == VolumeEventKind.PeerAcknowledged && SessionOf(one.Peer.Index) is { } session)
                {
                    session.RecordAcks(one.Position, WanLeg);
                }

                NoteRow(one.Detail);
                var before = effects.Count;
                core.Step(one, effects);
                if (one.Kind == VolumeEventKind.RangeFetched)
                {
                    ReleaseUnlessStored(one.Ticket, before);
                }
            }

            RunEffects(batch);
            effects.Clear();
            Generation = core.Generation;
            if (core.DialsPeers != dialled)
            {
                dialled = core.DialsPeers;
                surroundings.LinksChanged(Owner);
            }

            Volatile.Write(ref owned, 0);
            Finish(batch);
            batch.Clear();
            idle.Push(batch);
        }
    }

    // The answer to a question that nobody asks any more has no use for its bytes.
    private void ReleaseUnlessStored(Ticket ticket, int before)
    {
        for (var i = before; i < effects.Count; i++)
        {
            if (effects.Effects[i].Kind == EffectKind.WriteLocal && effects.Effects[i].Ticket == ticket)
            {
                return;
            }
        }

        if (Tickets.Remove(ticket, out var entry))
        {
            entry.Payload?.Release();
        }
    }

    private void NoteRow(object? detail)
    {
        ArbiterVersion = detail switch
        {
            ArbiterAnswered { Answer.Row: { } row } => row.Version,
            ArbiterRow row => row.Version,
            _ => ArbiterVersion,
        };
    }

    public void Dispose()
    {
        isDisposed = true;
        for (var peer = 0; peer < sessions.Length; peer++)
        {
            Interlocked.Exchange(ref sessions[peer], null)?.Dispose();
        }

        serial.Close();
        marks.Dispose();
        record.Dispose();
    }

    private void RunEffects(OwnerBatch batch)
    {
        foreach (ref readonly var effect in effects.Effects)
        {
            switch (effect.Kind)
            {
                case EffectKind.SendChange:
                    SendChange(effect);
                    break;
                case EffectKind.WriteLocal:
                    CollectWrite(effect, batch);
                    break;
                case EffectKind.AcknowledgeGuest:
                    Answer(effect.Ticket, null, batch);
                    break;
                case EffectKind.FailGuest:
                    Answer(effect.Ticket, effect.Error, batch);
                    break;
                case EffectKind.SendAck:
                    acks[effect.Peer.Index] = (effect.Position, effect.Durable);
                    ackPending[effect.Peer.Index] |= SessionOf(effect.Peer.Index)?.Session == effect.Session;
                    break;
                default:
                    RunRare(effect);
                    break;
            }
        }

        for (var peer = 0; peer < sessions.Length; peer++)
        {
            if (SessionOf(peer) is { } session)
            {
                if (ackPending[peer])
                {
                    AppliedPosition = acks[peer].Applied;
                    session.SendAck(core.Generation, acks[peer].Applied, acks[peer].Durable);
                }

                session.Flush();
            }

            ackPending[peer] = false;
        }
    }

    private void RunRare(in Effect effect)
    {
        var ticket = effect.Ticket;
        var peer = effect.Peer;
        switch (effect.Kind)
        {
            case EffectKind.PersistRegions:
                marks.Persist(effect.Range, effect.Peers, fault => Report(
                    fault, VolumeEventKind.RegionsPersisted, VolumeEventKind.RegionsPersistFailed, ticket));
                break;
            case EffectKind.ClearRegions:
                marks.Clear(effect.Range, effect.Peers);
                break;
            case EffectKind.FlushLocal:
                image.Commits.Join(fault => Report(
                    fault, VolumeEventKind.LocalFlushCompleted, VolumeEventKind.LocalFlushFailed, ticket));
                break;
            case EffectKind.PersistMetadata:
                PersistMetadata((VolumeMetadata)effect.Detail!);
                break;
            case EffectKind.ReadForCopy:
                copies.Read(effect);
                break;
            case EffectKind.FindAllocation:
                var from = effect.Range.Offset;
                executor.Post(new WorkItem(() => copies.FindAllocation(peer, from)));
                break;
            case EffectKind.PinRecoveryPoint:
                Pin(ticket, effect.Reason);
                break;
            case EffectKind.AskArbiter:
                surroundings.AskArbiter(Owner, (ArbiterRequest)effect.Detail!);
                break;
            case EffectKind.FenceExports:
            case EffectKind.CloseExports:
                isOpen = false;
                surroundings.CloseExport(Owner, effect.Kind == EffectKind.FenceExports);
                break;
            case EffectKind.OpenExports:
                isOpen = true;
                surroundings.OpenExport(Owner, effect.Generation);
                break;
            case EffectKind.ReportTransition:
                var report = (TransitionReport)effect.Detail!;
                if (report.Peer is { } moved)
                {
                    linkSince[moved.Index] = DateTimeOffset.UtcNow;
                    if (report is { Subject: "link", To: "catching-up" })
                    {
                        CopyBytesBeforeCatchUp[moved.Index] = CopyBytesSent[moved.Index];
                    }
                }

                surroundings.Report(Owner, report);
                break;
            case EffectKind.AnswerOrder:
                Tickets.Remove(ticket, out _);
                if (orders.TryRemove(ticket.Value, out var answer))
                {
                    answer.TrySetResult(effect.Detail as Refusal);
                }

                break;
            default:
                RunForPeer(effect);
                break;
        }
    }

    private void RunForPeer(in Effect effect)
    {
        if (SessionOf(effect.Peer.Index) is { } session && session.Session == effect.Session)
        {
            peers.Run(session, effect, core.Generation);
        }
    }

    private void SendChange(in Effect effect)
    {
        var session = SessionOf(effect.Peer.Index);
        var isLive = session is not null && session.Session == effect.Session;
        if ((effect.Flags & ChangeFlags.Copy) != 0)
        {
            if (copies.TryTake(effect.Ticket, out var copy))
            {
                if (isLive)
                {
                    CopyBytesSent[effect.Peer.Index] += effect.Change == ChangeKind.Write ? effect.Range.Length : 0;
                    session!.SendChange(effect, copy.Payload, 0, copy.Checksum);
                }
                else
                {
                    copy.Payload.Release();
                }
            }
            else if (isLive)
            {
                Invariant.Require(effect.Change != ChangeKind.Write, "A copy is sent under the ticket of its payload");
                session!.SendChange(effect, null, 0, 0);
            }

            return;
        }

        if (!isLive)
        {
            return;
        }

        if (effect.Change != ChangeKind.Write)
        {
            session!.SendChange(effect, null, 0, 0);
            return;
        }

        var known = Tickets.TryGet(effect.Ticket, out var entry);
        Invariant.Require(known && entry.Payload is not null, "A change is sent while its payload is held");
        if (!entry.HasChecksum)
        {
            entry.Checksum = Crc32C.Compute(entry.Payload!.Span.Slice(entry.Start, (int)effect.Range.Length));
            entry.HasChecksum = true;
            Tickets.Update(effect.Ticket, entry);
        }

        entry.Payload!.AddReference();
        DualWriteBytesSent[effect.Peer.Index] += effect.Range.Length;
        session!.SendChange(effect, entry.Payload, entry.Start, entry.Checksum);
    }

    private void CollectWrite(in Effect effect, OwnerBatch batch)
    {
        var known = Tickets.TryGet(effect.Ticket, out var entry);
        Invariant.Require(
            known && (entry.Payload is not null || effect.Change != ChangeKind.Write), "A local write has its payload");
        if (effect.Change == ChangeKind.Write)
        {
            entry.Payload!.AddReference();
        }

        batch.Writes.Add(new LocalWrite(
            effect.Ticket,
            effect.Range,
            effect.Change,
            effect.Flags,
            effect.Change == ChangeKind.Write ? entry.Payload : null,
            entry.Start,
            entry.Request is null));
    }

    private void Answer(Ticket ticket, GuestError? error, OwnerBatch batch)
    {
        var known = Tickets.Remove(ticket, out var entry);
        Invariant.Require(known && entry.Request is not null, "A guest is answered once");
        GuestLeg.Add(Stopwatch.GetTimestamp() - entry.ArrivedAt);
        if (error is null && entry.Request!.Command != BlockCommand.Flush)
        {
            GuestWrites++;
            GuestWriteBytes += entry.Request.Length;
        }

        batch.Answers.Add((entry.Request!, error is null ? NbdError.None : GuestErrors.ToNbd(error.Value, entry.Errno)));
    }

    // Outside of the ownership: answers first, because a guest waits for them.
    private void Finish(OwnerBatch batch)
    {
        foreach (var (request, error) in batch.Answers)
        {
            GuestAnswered(request);
            request.Complete(error);
        }

        writer.Run(batch);
    }

    private void Report(DiskFault? fault, VolumeEventKind done, VolumeEventKind failed, Ticket ticket)
    {
        if (fault is not null)
        {
            NoteFailure(fault);
        }

        PostAndKick(fault is null
            ? VolumeEvent.Completed(done, ticket)
            : VolumeEvent.Failed(failed, ticket, fault.ErrorNumber));
    }

    public void NoteFailure(DiskFault fault)
    {
        if (Failure.Length == 0)
        {
            Failure = fault.Message;
        }
    }

    private void PersistMetadata(VolumeMetadata metadata) => serial.Post(() =>
    {
        try
        {
            record.Store(metadata);
        }
        catch (DiskFault fault)
        {
            NoteFailure(fault);
            PostAndKick(VolumeEvent.MetadataPersistFailed(metadata.Version, fault.ErrorNumber));
            return;
        }

        PostAndKick(VolumeEvent.MetadataPersisted(metadata.Version));
    });

    private void Pin(Ticket ticket, RecoveryPointReason reason) => surroundings.Pin(Owner, reason, () =>
    {
        mailbox.Post(VolumeEvent.Completed(VolumeEventKind.RecoveryPointPinned, ticket));
        KickElsewhere();
    });
}
