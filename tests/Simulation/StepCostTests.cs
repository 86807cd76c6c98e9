using System.Diagnostics;
using System.Globalization;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.Tests.Simulation;

/// <summary>
/// What a replicated guest write costs in the core alone. Time is printed, never asserted; allocation is.
/// </summary>
public sealed class StepCostTests
{
    private const int Depth = 32;
    private const int Rounds = 2000;
    private static readonly PeerSlot Peer = new(0);
    private readonly EffectBuffer effects = new();
    private long steps;
    private long ticket;
    private long position;

    [Fact]
    public void DualWrite_DepthOf32_AllocatesNothingAfterWarmUp()
    {
        var core = Opened();
        Run(core, Rounds);
        steps = 0;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        Run(core, Rounds);
        var nanoseconds = Stopwatch.GetElapsedTime(started).TotalNanoseconds;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var writes = (long)Rounds * Depth;
        var (bytes, count) = (allocated / (double)writes, steps / (double)writes);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{nanoseconds / steps:0} ns a step; a write: {nanoseconds / writes:0} ns, {count:0.0} steps, {bytes:0.00} bytes"));
        // The smallest object takes 24 bytes: less a write means that none is made for each.
        Assert.True(allocated < writes * 24, $"{allocated} bytes were allocated for {writes} writes");
    }

    // Each round: writes arrive, each is done locally, each is applied there; one flush, as the background flush does.
    private void Run(ReplicationCore core, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var first = ticket + 1;
            for (var i = 0; i < Depth; i++)
            {
                Step(core, VolumeEvent.GuestWriteArrived(
                    new Ticket(++ticket),
                    new ByteRange(((round * 7) + i) % 64 * 4096L, 4096),
                    ChangeKind.Write, ChangeFlags.None));
                position++;
            }

            for (var i = 0; i < Depth; i++)
            {
                Step(core, VolumeEvent.Completed(VolumeEventKind.LocalWriteCompleted, new Ticket(first + i)));
                Step(core, VolumeEvent.PeerAcknowledged(Peer, 1, position - Depth + i + 1, position - Depth));
            }

            Step(core, VolumeEvent.GuestFlushArrived(new Ticket(++ticket)));
            position++;
            Step(core, VolumeEvent.PeerAcknowledged(Peer, 1, position, position));
        }
    }

    private ReplicationCore Opened()
    {
        var (here, there) = (SiteId.Parse("a"), SiteId.Parse("b"));
        var protection = ProtectionId.Parse("prt_01hzzzzzzzzzzzzzzzzzzzzzzz");
        var core = new ReplicationCore(new VolumeConfiguration
        {
            Volume = VolumeId.Parse("vol_01hzzzzzzzzzzzzzzzzzzzzzzz"),
            Protection = protection,
            Site = here,
            Peers = [there],
            Size = new ByteCount(1 << 20),
            Incarnation = "i1",
        });
        var record = VolumeMetadata.NewPrimary(here, 1) with { Peers = [new PeerMetadata(LinkState.InSync)] };
        var row = ArbiterRow.Begin(protection, here, [here, there], DateTimeOffset.UnixEpoch)
            with { Version = 2, Complete = [here, there] };
        var facts = new HandshakeFacts(record.Generation, Role.Standby, new ByteCount(1 << 20), record.History);
        Step(core, VolumeEvent.Started(new PersistedState(record, [[]]), TimeSpan.Zero));
        Step(core, VolumeEvent.PeerConnected(Peer, 1, facts));
        Step(core, VolumeEvent.PeerInDoubt(Peer, 1, default));
        Step(core, VolumeEvent.ArbiterAnswered(
            "vol_01hzzzzzzzzzzzzzzzzzzzzzzz/a/i1/1", new ArbiterAnswer(true, row, null)));
        position = 1;
        Step(core, VolumeEvent.PeerAcknowledged(Peer, 1, position, position));
        Assert.True(core.IsOpen);
        return core;
    }

    private void Step(ReplicationCore core, in VolumeEvent happened)
    {
        effects.Clear();
        core.Step(happened, effects);
        steps++;
        for (var i = 0; i < effects.Count; i++)
        {
            var effect = effects.Effects[i];
            var (kind, name, version) = (effect.Kind, effect.Ticket, effect.Position);
            if (kind is EffectKind.PersistMetadata or EffectKind.PersistRegions or EffectKind.FlushLocal)
            {
                again.Enqueue(kind == EffectKind.PersistMetadata ? VolumeEvent.MetadataPersisted(version)
                    : VolumeEvent.Completed(
                        kind == EffectKind.FlushLocal
                            ? VolumeEventKind.LocalFlushCompleted
                            : VolumeEventKind.RegionsPersisted,
                        name));
            }
        }

        while (again.TryDequeue(out var next))
        {
            Step(core, next);
        }
    }

    private readonly Queue<VolumeEvent> again = new();
}
