using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.Tests.Unit.Replication;

/// <summary>
/// One core at site a with standby b, on a disk that does everything at once unless a test holds it back.
/// </summary>
internal sealed class CoreRig
{
    public static readonly SiteId A = SiteId.Parse("a");
    public static readonly SiteId B = SiteId.Parse("b");
    public static readonly PeerSlot Peer = new(0);
    private static readonly ProtectionId Protection = ProtectionId.Parse("prt_01hzzzzzzzzzzzzzzzzzzzzzzz");
    private static readonly ByteCount Size = new(1 << 20);
    private readonly EffectBuffer buffer = new();
    private readonly Queue<VolumeEvent> due = new();
    private TimeSpan now;

    public CoreRig(VolumeMetadata record, params ByteRange[] marked)
        : this(record, c => c, [], marked)
    {
    }

    public CoreRig(
        VolumeMetadata record,
        Func<VolumeConfiguration, VolumeConfiguration> configure,
        params ByteRange[] marked)
        : this(record, configure, [], marked)
    {
    }

    public CoreRig(
        VolumeMetadata record,
        Func<VolumeConfiguration, VolumeConfiguration> configure,
        EffectKind[] held,
        params ByteRange[] marked)
    {
        Held.UnionWith(held);
        Core = new ReplicationCore(configure(new VolumeConfiguration
        {
            Volume = VolumeId.Parse("vol_01hzzzzzzzzzzzzzzzzzzzzzzz"),
            Protection = Protection,
            Site = A,
            Peers = [B],
            Size = Size,
            Incarnation = "i1",
        }));
        Do(VolumeEvent.Started(new PersistedState(record, [marked]), now));
    }

    /// <summary>A primary of generation 1 whose standby is in sync.</summary>
    public static VolumeMetadata Mirrored { get; } =
        VolumeMetadata.NewPrimary(A, 1) with { Peers = [new PeerMetadata(LinkState.InSync)] };

    /// <summary>A complete standby under generation 1 of site b.</summary>
    public static VolumeMetadata Following { get; } = VolumeMetadata.NewPrimary(B, 1) with { Role = Role.Standby };

    public ReplicationCore Core { get; }

    /// <summary>Every effect so far.</summary>
    public List<Effect> Seen { get; } = [];

    /// <summary>Kinds of local work that never end by themselves.</summary>
    public HashSet<EffectKind> Held { get; } = [];

    public static ByteRange Block(int n) => new(n * 4096L, 4096);

    public static ArbiterRow Row(long generation, long version, SiteId primary, params SiteId[] complete) =>
        ArbiterRow.Begin(Protection, primary, [A, B], DateTimeOffset.UnixEpoch) with
        {
            Generation = new Generation(generation),
            Version = version,
            Complete = [.. complete],
        };

    public static HandshakeFacts FactsOf(VolumeMetadata record) =>
        new(record.Generation, record.Role, Size, record.History) { IsConsistent = record.IsConsistent };

    public int Count(EffectKind kind) => Seen.Count(e => e.Kind == kind);

    public Effect Last(EffectKind kind) => Seen.Last(e => e.Kind == kind);

    public bool Acknowledged(long ticket) =>
        Seen.Any(e => e.Kind == EffectKind.AcknowledgeGuest && e.Ticket.Value == ticket);

    public void Do(in VolumeEvent happened)
    {
        due.Enqueue(happened);
        while (due.TryDequeue(out var next))
        {
            buffer.Clear();
            Core.Step(next, buffer);
            foreach (var effect in buffer.Effects)
            {
                Seen.Add(effect);
                Finish(effect);
            }
        }
    }

    /// <summary>Lets time pass in ticks of 50 ms.</summary>
    public void Wait(int milliseconds)
    {
        for (var end = now + TimeSpan.FromMilliseconds(milliseconds); now < end;)
        {
            now += TimeSpan.FromMilliseconds(50);
            Do(VolumeEvent.TimerTicked(now));
        }
    }

    /// <summary>The standby welcomes session n and is in doubt about nothing.</summary>
    public void Connect(long session = 1, bool hasLostPower = false, bool canServeFetch = true)
    {
        var facts = FactsOf(Following with { History = Core.Metadata.History }) with
        {
            HasLostPower = hasLostPower,
            CanServeFetch = canServeFetch,
        };
        Do(VolumeEvent.PeerConnected(Peer, session, facts));
        Do(VolumeEvent.PeerInDoubt(Peer, session, default));
    }

    /// <summary>The standby has applied and flushed everything that was sent.</summary>
    public void AnswerFrames(long session = 1)
    {
        var sent = Seen
            .Where(e => e.Kind is EffectKind.SendFrame or EffectKind.SendChange && e.Session == session)
            .Max(e => e.Position);
        Do(VolumeEvent.PeerAcknowledged(Peer, session, sent, sent));
    }

    /// <summary>The arbiter grants the question that was asked last.</summary>
    public void Grant(ArbiterRow row)
    {
        var asked = (ArbiterRequest)Last(EffectKind.AskArbiter).Detail!;
        Do(VolumeEvent.ArbiterAnswered(asked.RequestId, new ArbiterAnswer(true, row, null)));
    }

    /// <summary>Open, in sync, dual write.</summary>
    public CoreRig Opened()
    {
        Connect();
        Grant(Row(1, 2, A, A, B));
        AnswerFrames();
        return this;
    }

    public void Write(long ticket, ByteRange range) =>
        Do(VolumeEvent.GuestWriteArrived(new Ticket(ticket), range, ChangeKind.Write, ChangeFlags.None));

    public Refusal? Order(OrderKind order, object? detail = null, Generation generation = default)
    {
        var ticket = new Ticket(1_000_000 + Seen.Count);
        Do(VolumeEvent.Ordered(ticket, order, generation, detail: detail));
        return Seen.LastOrDefault(e => e.Kind == EffectKind.AnswerOrder && e.Ticket == ticket).Detail as Refusal;
    }

    private void Finish(in Effect effect)
    {
        if (Held.Contains(effect.Kind))
        {
            return;
        }

        switch (effect.Kind)
        {
            case EffectKind.PersistMetadata:
                due.Enqueue(VolumeEvent.MetadataPersisted(effect.Position));
                break;
            case EffectKind.PersistRegions:
                due.Enqueue(VolumeEvent.Completed(VolumeEventKind.RegionsPersisted, effect.Ticket));
                break;
            case EffectKind.WriteLocal:
                due.Enqueue(VolumeEvent.Completed(VolumeEventKind.LocalWriteCompleted, effect.Ticket));
                break;
            case EffectKind.FlushLocal:
                due.Enqueue(VolumeEvent.Completed(VolumeEventKind.LocalFlushCompleted, effect.Ticket));
                break;
            case EffectKind.PinRecoveryPoint:
                due.Enqueue(VolumeEvent.Completed(VolumeEventKind.RecoveryPointPinned, effect.Ticket));
                break;
            case EffectKind.ReadForCopy:
                due.Enqueue(VolumeEvent.Completed(VolumeEventKind.CopyRead, effect.Ticket));
                break;
            default:
                break;
        }
    }
}
