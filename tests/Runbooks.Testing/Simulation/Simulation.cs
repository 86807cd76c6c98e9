using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.Testing.Simulation;

/// <summary>Whole sites, a guest, operators and faults in one thread. The cores and the arbiter's rules are the product's own.</summary>
/// <remarks>
/// A run issues guest requests under faults, checking the oracles as it goes; then the faults stop, everything is started, and the run must
/// come to rest: one open primary, every link in sync, nothing dirty, all images equal, the row complete.
/// Claimed tolerance, which is all that is injected: any process crash at any effect, any loss, delay, duplication and reordering towards
/// the arbiter, any one-way or two-way cut between sites, late frames of dead sessions, local write errors, and
/// power cuts at one site or at
/// all. A kill keeps the page cache; a power cut leaves of every cell that was not flushed its durable value, its
/// last one or any between.
/// The promise: an acknowledged write, flushed or not, is readable whenever a volume opens, and at every copy that
/// the row calls complete.
/// It may be missing, then only if it was never flushed, (1) at a copy that lost power and has not caught up since,
/// while it is closed;
/// (2) where a primary opens that lost power when every site complete at that moment has lost power too, or the
/// policy is "continue";
/// (3) where a standby is promoted that had lost power itself and was not whole again: two failures.
/// A person's accepted loss ends the promise for what it gave up.
/// </remarks>
public sealed class Simulation
{
    private readonly Dictionary<long, GuestOperation> pending = [];
    private readonly Dictionary<long, long> staleValues = [];
    private readonly SimOperator operators;
    private readonly SimFaults faults;
    private Generation openedGeneration = Generation.None;
    private long lastTicket = 1000;
    private int issued;
    private int sinceCheck;
    private bool hasAcceptedLoss;
    private Generation acceptedGeneration = Generation.None;
    private bool wasLossAccepted;

    /// <summary>Sets up the sites: the first is primary, the others are complete and equal, or blank.</summary>
    public Simulation(int seed, SimOptions options)
    {
        Options = options;
        World = new SimWorld(seed);
        Size = new ByteCount((long)options.Regions * Grain.RegionBytes);
        SiteIds = [.. Enumerable.Range(0, options.Sites).Select(i => SiteId.Parse("site-" + (char)('a' + i)))];
        Wan = new SimWan(World, options.Sites);
        var row = ArbiterRow.Begin(Protection, SiteIds[0], SiteIds, DateTimeOffset.UnixEpoch);
        row = options.StartsBlank ? row : row with { Complete = [.. SiteIds], AloneSince = null };
        Arbiter = new FakeArbiter(World, row, options.Mutant);
        Oracle = new SimOracle((int)(Size.Value / SimDisk.CellBytes));
        Sites = [.. Enumerable.Range(0, options.Sites).Select(i => new SimSite(this, i, SiteIds, Arbiter, Wan, FirstRecord(i)))];
        operators = new SimOperator(this);
        faults = new SimFaults(this);
    }

    /// <summary>The protection.</summary>
    public static ProtectionId Protection { get; } = ProtectionId.Parse("prt_01hzzzzzzzzzzzzzzzzzzzzzzz");

    /// <summary>Options.</summary>
    public SimOptions Options { get; }

    /// <summary>Clock, queue and dice.</summary>
    public SimWorld World { get; }

    /// <summary>Size of the volume.</summary>
    public ByteCount Size { get; }

    /// <summary>Ids of the sites.</summary>
    public SiteId[] SiteIds { get; }

    /// <summary>The sites.</summary>
    public SimSite[] Sites { get; }

    /// <summary>The lines.</summary>
    public SimWan Wan { get; }

    /// <summary>The arbiter.</summary>
    public FakeArbiter Arbiter { get; }

    /// <summary>The promise.</summary>
    public SimOracle Oracle { get; }

    /// <summary>Steps of all cores.</summary>
    public long Steps { get; set; }

    /// <summary>Guest requests issued.</summary>
    public int Issued => issued;

    /// <summary>False once the faults have stopped.</summary>
    public bool MayCrash { get; private set; } = true;

    /// <summary>Edges walked: subject from to.</summary>
    public HashSet<string> Walked { get; } = [];

    /// <summary>The site of the row's primary.</summary>
    public SimSite Primary => Sites[Array.IndexOf(SiteIds, Arbiter.Row.Primary)];

    /// <summary>Runs to the end; throws when an oracle objects.</summary>
    public void Run()
    {
        Start();
        while (issued < Options.Operations)
        {
            World.Step();
            CheckSometimes();
        }

        StopFaults();
        var deadline = World.Now + TimeSpan.FromSeconds(60);
        while (!IsAtRest())
        {
            if (World.Now > deadline)
            {
                throw new OracleException("no rest within 60 s after the faults stopped: " + Describe());
            }

            World.Step();
            CheckSometimes();
        }

        CheckEqual();
    }

    /// <summary>Starts the sites, the guest, the operators and the faults.</summary>
    public void Start()
    {
        foreach (var site in Sites)
        {
            site.Start();
        }

        GuestLoop();
        operators.Loop();
        faults.Loop();
    }

    /// <summary>
    /// Starts the sites alone, for a script: no guest, no faults, no operators, an arbiter that always answers.
    /// </summary>
    public void StartQuietly()
    {
        MayCrash = false;
        Arbiter.IsUnreliable = false;
        foreach (var site in Sites)
        {
            site.Start();
        }
    }

    /// <summary>Lets simulated time pass, with the oracles watching.</summary>
    public void RunFor(TimeSpan time)
    {
        var isOver = false;
        World.After(time, () => isOver = true);
        while (!isOver)
        {
            World.Step();
            CheckSometimes();
        }

        Check();
    }

    /// <summary>A guest's write of one block.</summary>
    public void WriteBlock(SimSite site, int block)
    {
        var cells = (int)(Grain.BlockBytes / SimDisk.CellBytes);
        Submit(site, ChangeKind.Write, block * cells, (block + 1) * cells, durable: false);
    }

    /// <summary>A ticket nobody else has.</summary>
    public long NextTicket() => ++lastTicket;

    /// <summary>What each core is made with: the product's rules on a faster clock.</summary>
    public VolumeConfiguration ConfigurationOf(SiteId site, SiteId[] peers, string incarnation) => new()
    {
        Volume = VolumeId.Parse("vol_01hzzzzzzzzzzzzzzzzzzzzzzz"),
        Protection = Protection,
        Site = site,
        Peers = peers,
        Size = Size,
        Incarnation = incarnation,
        OnLinkLoss = Options.OnLinkLoss,
        PeerTimeout = TimeSpan.FromMilliseconds(300),
        ArbiterTimeout = TimeSpan.FromMilliseconds(120),
        HoldDown = TimeSpan.FromMilliseconds(100),
        HoldDownMax = TimeSpan.FromMilliseconds(800),
        FlushInterval = TimeSpan.FromMilliseconds(60),
        ActiveRegionsMax = Options.ActiveRegionsMax,
        WriteLogMax = 32,
        CopySize = new ByteCount(16384),
        CopiesMax = 4,
    };

    /// <summary>A volume opened: the guest looks at everything.</summary>
    public void OnOpened(SimSite site)
    {
        World.Note(() => $"{site.Site} opens exports under generation {site.Core.Generation}");
        foreach (var other in Sites)
        {
            if (other != site && other.IsExported && other.Core.Generation >= site.Core.Generation)
            {
                throw new OracleException($"{site.Site} and {other.Site} are both open under generation {other.Core.Generation}");
            }
        }

        if (site.Core.Generation < openedGeneration)
        {
            throw new OracleException($"{site.Site} opens under generation {site.Core.Generation} after {openedGeneration} was open");
        }

        var isPromoted = openedGeneration != site.Core.Generation;
        openedGeneration = site.Core.Generation;
        if (!site.IsFirstOpening())
        {
            // A drain that was called off: what was accepted before is still under way in the same process.
            return;
        }

        var mustBeStrict = !isPromoted && site.Sources.Count > 0 && Options.OnLinkLoss != OnLinkLoss.Continue;
        var flushedOnly = site.IsShaken && !mustBeStrict;
        Oracle.Settle(site.Site.ToString(), cell => site.Disk[cell], hasAcceptedLoss, flushedOnly);
        site.IsShaken = false;
        site.Sources.Clear();

        // An older primary that opens late does not use up what was accepted for the newer one.
        wasLossAccepted = hasAcceptedLoss || (wasLossAccepted && !isPromoted);
        hasAcceptedLoss &= site.Core.Generation < acceptedGeneration;
    }

    /// <summary>A site's disk has lost what was not flushed.</summary>
    public void OnPowerLost(SimSite site, bool wasWhole)
    {
        site.IsShaken = true;
        foreach (var other in Sites)
        {
            other.Sources.Remove(site);
            if (other != site && wasWhole && other.IsWhole
                && site.Site == Arbiter.Row.Primary && Arbiter.Row.IsComplete(other.Site))
            {
                site.Sources.Add(other);
            }
        }
    }

    /// <summary>A person accepted a loss: the next opening defines the truth.</summary>
    public void AcceptLoss() => (hasAcceptedLoss, acceptedGeneration) = (true, Arbiter.Row.Generation);

    /// <summary>A request was answered with success.</summary>
    public void OnAcknowledged(SimSite site, long ticket)
    {
        if (!pending.Remove(ticket, out var operation))
        {
            return;
        }

        World.Note(() => $"{site.Site} acknowledges {operation}");
        if (operation.IsFlush)
        {
            Oracle.FlushAcknowledged(ticket);
        }
        else
        {
            Oracle.WriteAcknowledged(ticket, operation.IsDurable);
            Check();
        }
    }

    /// <summary>A request failed: a write may be there or not.</summary>
    public void OnFailed(long ticket)
    {
        pending.Remove(ticket);
        Oracle.WriteUnknown(ticket);
    }

    /// <summary>A site died with its unanswered requests.</summary>
    public void OnCrashed(SimSite site)
    {
        foreach (var (ticket, operation) in pending.Where(p => p.Value.Site == site.Index).ToArray())
        {
            OnFailed(ticket);
        }
    }

    /// <summary>A standby refused a session.</summary>
    public void OnRefused(SimSite primary, int standby, Refusal refusal) => operators.OnRefused(primary, standby, refusal);

    /// <summary>A transition was reported.</summary>
    public void Reported(TransitionReport report)
    {
        Walked.Add($"{report.Subject} {report.From} -> {report.To}");
        if (report.Cause == Causes.EdgeRefused && report.Subject is "gate" or "link")
        {
            Refused.Add($"{report.Subject} {report.From} -> {report.To}");
        }
    }

    /// <summary>Edges that a core wanted and the tables refused: each is a defect.</summary>
    public HashSet<string> Refused { get; } = [];

    /// <summary>What a cell held before its latest write, for the mutant that copies too early.</summary>
    public long StaleValue(int cell, long now) => World.Chance(0.5) && staleValues.TryGetValue(cell, out var old) ? old : now;

    /// <summary>One line per site.</summary>
    public string Describe() => string.Join("; ", Sites.Select(s =>
        $"{s.Site} {(s.IsUp ? "up" : "down")} {s.Core.Role} {s.Core.Gate} g{s.Core.Generation} "
        + string.Join(',', s.Peers.Select((p, i) => $"{SiteIds[p]}={s.Core.LinkOf(new PeerSlot((byte)i)).Link}"
            + $"/{s.Core.LinkOf(new PeerSlot((byte)i)).Dirty.Value}/{s.Core.LinkOf(new PeerSlot((byte)i)).IsConnected}"))))
        + $"; row g{Arbiter.Row.Generation} v{Arbiter.Row.Version} {Arbiter.Row.Primary} complete {string.Join(',', Arbiter.Row.Complete)}";

    private VolumeMetadata FirstRecord(int index)
    {
        var peers = Options.Sites - 1;
        if (Options.StartsBlank)
        {
            return index == 0 ? VolumeMetadata.NewPrimary(SiteIds[0], peers) : VolumeMetadata.NewStandby(peers);
        }

        var first = VolumeMetadata.NewPrimary(SiteIds[0], peers) with { Boot = "boot-0" };
        return index == 0
            ? first with { Peers = [.. Enumerable.Repeat(new PeerMetadata(LinkState.InSync), peers)] }
            : first with { Role = Role.Standby };
    }

    private void StopFaults()
    {
        World.Note(() => "the faults stop");
        MayCrash = false;
        faults.Stop();
        operators.BeginRecovery();
    }

    private void GuestLoop()
    {
        if (issued < Options.Operations && pending.Count < Options.Depth)
        {
            Issue();
        }

        // Also while every request waits: only a fault that ends, or an operator, lets them go on.
        faults.AfterRequest();
        operators.AfterRequest();

        World.AfterBetween(0.1, World.Chance(0.02) ? 300 : 6, GuestLoop);
    }

    private void Issue()
    {
        issued++;
        var open = Sites.Where(s => s.IsUp && s.IsExported).ToArray();
        if (open.Length == 0)
        {
            return;
        }

        var site = open[World.Next(open.Length)];
        var kind = World.Next(100);
        if (kind < 12)
        {
            Read(site);
        }
        else if (kind < 22)
        {
            var ticket = NextTicket();
            pending[ticket] = new GuestOperation(ticket, site.Index, default, ChangeKind.Write, true, false);
            Oracle.FlushArrived(ticket);
            site.GuestFlush(ticket);
        }
        else
        {
            Write(site, kind < 88 ? ChangeKind.Write : kind < 94 ? ChangeKind.Zero : ChangeKind.Discard);
        }
    }

    private void Write(SimSite site, ChangeKind change)
    {
        var cells = Oracle.CellCount;
        var length = 1 + World.Next(World.Chance(0.1) ? 70 : 6);
        var first = World.Chance(0.5) ? World.Next(Math.Min(cells, 48)) : World.Next(cells);
        var end = Math.Min(cells, first + length);
        Submit(site, change, first, end, World.Chance(0.15));
    }

    private void Submit(SimSite site, ChangeKind change, int first, int end, bool durable)
    {
        var ticket = NextTicket();
        var range = new ByteRange((long)first * SimDisk.CellBytes, (long)(end - first) * SimDisk.CellBytes);
        var operation = new GuestOperation(ticket, site.Index, range, change, false, durable);
        var value = change == ChangeKind.Write ? ticket : 0;
        pending[ticket] = operation;
        if (Options.Mutant == Mutant.RaceCopy)
        {
            for (var cell = first; cell < end; cell++)
            {
                staleValues[cell] = site.Disk[cell];
            }
        }

        World.Note(() => $"guest at {site.Site}: {operation}");
        var isSuperseded = site.Core.Generation < openedGeneration;
        if (!isSuperseded || !(wasLossAccepted || hasAcceptedLoss))
        {
            Oracle.WriteArrived(ticket, first, end, value, isSuperseded);
        }

        site.GuestWrite(ticket, range, [.. Enumerable.Repeat(value, end - first)], change, durable ? ChangeFlags.Durable : ChangeFlags.None);
    }

    private void Read(SimSite site)
    {
        if (site.Core.Generation < openedGeneration)
        {
            return;
        }

        var cell = World.Next(Oracle.CellCount);
        if (!Oracle.IsAllowed(cell, site.Disk[cell], flushedOnly: false))
        {
            throw new OracleException($"a guest reads {site.Disk[cell]} in cell {cell} at {site.Site}; allowed: {Oracle.Describe(cell)}");
        }
    }

    private void CheckSometimes()
    {
        if (++sinceCheck >= 24)
        {
            Check();
        }
    }

    private void Check()
    {
        sinceCheck = 0;
        var row = Arbiter.Row;
        foreach (var site in Sites)
        {
            CheckLimits(site);
            if (Options.OnLinkLoss != OnLinkLoss.Continue && row.IsComplete(site.Site) && !hasAcceptedLoss)
            {
                CheckComplete(site);
            }

            if (site.Store.Metadata.Role == Role.Primary && site.Store.Metadata.Generation == row.Generation)
            {
                CheckDirtyCovers(site);
            }
        }
    }

    private void CheckLimits(SimSite site)
    {
        if (site.Core.WritesLogged > 32 || site.Core.RegionsActive > Options.ActiveRegionsMax || site.Core.WritesWaiting > Options.Depth)
        {
            throw new OracleException($"{site.Site} is over a limit: {site.Core.WritesLogged} {site.Core.RegionsActive} {site.Core.WritesWaiting}");
        }
    }

    private void CheckComplete(SimSite site)
    {
        var isWhole = true;
        for (var cell = 0; cell < Oracle.CellCount; cell++)
        {
            isWhole &= Oracle.IsAllowed(cell, site.Disk[cell], flushedOnly: false);
            if (!isWhole && !(site.IsShaken && Oracle.IsAllowed(cell, site.Disk[cell], flushedOnly: true)))
            {
                throw new OracleException(
                    $"{site.Site} counts as complete and cell {cell} is {site.Disk[cell]}; allowed: {Oracle.Describe(cell)}");
            }
        }

        // An acknowledgement that was under way when the power went may still arrive: whole is whole when the record
        // says so, too.
        site.IsShaken &= !(isWhole && site.IsWhole);
    }

    private void CheckDirtyCovers(SimSite primary)
    {
        for (var slot = 0; slot < primary.Peers.Length; slot++)
        {
            var other = Sites[primary.Peers[slot]];
            if (IsUntracked(primary, other) || IsUntracked(other, primary))
            {
                continue;
            }

            for (var cell = 0; cell < Oracle.CellCount; cell++)
            {
                var region = cell / (Grain.RegionBytes / SimDisk.CellBytes);
                if (primary.Disk[cell] != other.Disk[cell] && !primary.Store.IsMarked(slot, region)
                    && !other.Store.IsMarked(other.SlotOf(primary.Index).Index, region))
                {
                    throw new OracleException($"{primary.Site} and {other.Site} differ in cell {cell} "
                        + $"({primary.Disk[cell]}, {other.Disk[cell]}) and no durable mark covers region {region}");
                }
            }
        }
    }

    private static bool IsUntracked(SimSite from, SimSite to)
    {
        var record = from.Store.Metadata;
        var link = record.Peers[from.SlotOf(to.Index).Index];
        return to.Store.Metadata.IsBlank || (record.Role == Role.Primary && link.Link is LinkState.Seeding or LinkState.Detached)
            || (record.Role != Role.Primary && link.Link == LinkState.Seeding);
    }

    private bool IsAtRest()
    {
        var row = Arbiter.Row;
        var primary = Primary;
        return pending.Count == 0 && row.Complete.Count == Sites.Length && primary.IsUp && primary.Core.IsOpen
            && primary.Core.Generation == row.Generation && Sites.All(s => s.IsUp && s.IsWhole)
            && Enumerable.Range(0, primary.Peers.Length).All(i =>
                primary.Core.LinkOf(new PeerSlot((byte)i)) is { Link: LinkState.InSync, IsConnected: true, IsAwaited: true, Dirty.Value: 0 });
    }

    private void CheckEqual()
    {
        Check();
        foreach (var site in Sites)
        {
            for (var cell = 0; cell < Oracle.CellCount; cell++)
            {
                if (site.Disk[cell] != Primary.Disk[cell])
                {
                    throw new OracleException($"at rest {site.Site} differs from {Primary.Site} in cell {cell}: {site.Disk[cell]}, {Primary.Disk[cell]}");
                }
            }
        }

        if (Refused.Count > 0)
        {
            throw new OracleException("edges outside the tables were wanted: " + string.Join("; ", Refused));
        }
    }

    private sealed record GuestOperation(long Ticket, int Site, ByteRange Range, ChangeKind Change, bool IsFlush, bool IsDurable)
    {
        public override string ToString() => IsFlush ? $"flush {Ticket}" : $"{Change} {Ticket} {Range}{(IsDurable ? " durable" : string.Empty)}";
    }
}
