using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Nbd;
using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Volumes;
using Runbooks.BlockPath.Wan;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Status;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.BlockPath.Site;

/// <summary>
/// One running site: its volumes, its two listeners, its links, its journal. Everything else asks it.
/// </summary>
/// <remarks>
/// <code>
///   guests --NBD--> exports --> Volume --> core --> image
///                                  |  ^
///   other sites <--WAN sessions----+  +---- WAN listener
/// </code>
/// Folder: <c>lock</c> (one agent per folder), <c>agent</c> (incarnation), <c>events</c>,
/// <c>operations</c>, <c>local-arbiter</c>, <c>volumes/vol_…/</c>. Everything in it survives kill -9
/// at any point: a volume that was primary is closed after any start until the arbiter confirms it.
/// </remarks>
public sealed class Site : ISite, IVolumeSurroundings, IDisposable
{
    private const int ReachMilliseconds = 2000;

    private volatile bool isClosing;

    private readonly ConcurrentDictionary<VolumeId, Volume> volumes = new();
    private readonly ConcurrentDictionary<(VolumeId, SiteId), PeerDialler> diallers = new();
    private readonly ConcurrentDictionary<SiteId, string> addresses = new();
    private readonly IBlockFile folderLock;
    private readonly WorkerThreads executor = new("volume");
    private readonly SerialWork exportWork;
    private readonly EventJournal events;
    private readonly NbdExportTable exports = new();
    private readonly NbdServer nbd;
    private readonly WanListener listener;
    private readonly ProtectionArbiter arbiter;
    private readonly VolumeTicker ticker;
    private readonly AbsentVolumes absent;
    private readonly long incarnation;
    private long sessions;

    public Site(SiteOptions options)
    {
        Options = options;
        var files = LinuxFileSystem.Instance;
        files.CreateDirectory(options.DataFolder);
        folderLock = files.Open(Path.Combine(options.DataFolder, "lock"), OpenMode.ExistingOrNew);
        incarnation = NextIncarnation(files, options.DataFolder);
        Folder = new VolumeFolder(
            files, Path.Combine(options.DataFolder, "volumes"), BootId.Read(options.BootIdFile, options.Log));
        Operations = new OperationJournal(files, options.DataFolder);
        LocalArbiter = new LocalArbiter(files, options.DataFolder, options.Clock);
        events = new EventJournal(files, options.DataFolder);
        exportWork = new SerialWork(executor);
        ISiteArbiter deciding = options.Arbiter is { } joined
            ? new UnprotectedArbiter(joined, LocalArbiter, p => VolumesOf(p).Any(v => v.Configuration.Peers.Count > 0))
            : LocalArbiter;
        arbiter = new ProtectionArbiter(deciding, VolumesOf, executor);
        StartedAt = options.Clock.GetUtcNow();
        nbd = new NbdServer(exports, new NbdServerOptions { Tls = options.NbdTls });
        Sockets = new WanSockets(options.Credentials, options.Clock, options.CongestionControl, options.Log);
        Volumes = new SiteVolumes(this);
        Replication = new SiteReplication(this);
        Roles = new SiteRoles(this);
        Points = new SitePoints(this);
        ((SitePoints)Points).Start();
        absent = new AbsentVolumes(
            Folder, Id, OpenVolume, (volume, settings) => StartVolume(volume, settings), options.Log);
        foreach (var together in Folder.List().GroupBy(settings => settings.Protection))
        {
            absent.StartTogether([.. together]);
        }

        listener = new WanListener(
            options.WanListen, Sockets, Id, id => volumes.TryGetValue(id, out var v) ? v.Loop : null, options.Log);
        NbdAddresses = [.. options.NbdListen.Select(ListenNbd)];
        ticker = new VolumeTicker(
            () => volumes.Values, () => executor.Post(new WorkItem(absent.TryAgain)), options.Log);
    }

    public SiteOptions Options { get; }

    public SiteId Id => Options.Site;

    public ISiteVolumes Volumes { get; }

    public ISiteReplication Replication { get; }

    public ISiteRoles Roles { get; }

    public ISitePoints Points { get; }

    /// <summary>Where guests really connect.</summary>
    public IReadOnlyList<string> NbdAddresses { get; }

    /// <summary>Where peers really connect.</summary>
    public string WanAddress => Options.WanAdvertised.Length > 0 ? Options.WanAdvertised : listener.EndPoint.ToString();

    internal VolumeFolder Folder { get; }

    internal OperationJournal Operations { get; }

    internal LocalArbiter LocalArbiter { get; }

    internal WanSockets Sockets { get; }

    internal IExecutor Executor => executor;

    internal NbdServer Nbd => nbd;

    internal DateTimeOffset StartedAt { get; }

    internal bool HasControlPlane => Options.Arbiter is not null;

    public SiteStatus Describe() => new(
        Id,
        Options.AgentVersion,
        Options.Clock.GetUtcNow(),
        StartedAt,
        NbdAddresses.Count > 0 ? NbdAddresses[0] : string.Empty,
        WanAddress,
        FreeBytes(),
        [.. volumes.Values.Select(StatusOf).Concat(absent.Describe()).DistinctBy(status => status.Volume)
            .OrderBy(status => status.Volume.ToString(), StringComparer.Ordinal)]);

    public SiteInventory TakeInventory()
    {
        var items = volumes.Keys.Concat(absent.Describe().Select(v => v.Volume)).Distinct()
            .Select(id => new InventoryItem("volume", id.ToString()))
            .Concat(exports.All.Select(e => new InventoryItem("export", e.Name)))
            .Concat(((SitePoints)Points).Inventory());
        return new SiteInventory(
            [.. items.OrderBy(i => i.Kind, StringComparer.Ordinal).ThenBy(i => i.Name, StringComparer.Ordinal)]);
    }

    public IReadOnlyList<SiteEvent> EventsAfter(long sequence, int countMax) => events.After(sequence, countMax);

    public void AcknowledgeEvents(long sequence) => events.Acknowledge(sequence);

    public void LearnPeerAddress(SiteId site, string address)
    {
        if (site != Id && address.Length > 0)
        {
            addresses[site] = address;
        }
    }

    public void AskArbiter(Volume volume, ArbiterRequest request) => arbiter.Ask(volume, request);

    public void OpenExport(Volume volume, Generation generation) => exportWork.Post(() =>
    {
        var name = ExportNameOf(volume);
        if (!exports.TryAdd(new NbdExport(name, volume, $"{volume.Id} generation {generation}")))
        {
            Options.Log($"{volume.Id}: export {name} is there already");
        }
    });

    public void CloseExport(Volume volume, bool fenced)
    {
        if (!volume.IsSwapping)
        {
            exportWork.Post(() => nbd.WithdrawAsync(ExportNameOf(volume)).GetAwaiter().GetResult());
        }
    }

    public void Report(Volume volume, TransitionReport report)
    {
        var peer = report.Peer is { } slot ? volume.Configuration.Peers[slot.Index] : default;
        var what = new SiteEvent(
            0,
            Options.Clock.GetUtcNow(),
            $"{report.Subject}-{report.To}",
            volume.Id,
            volume.Configuration.Protection,
            report.Generation,
            report.Cause,
            report.Exposure.Value)
        {
            Peer = peer,
        };
        exportWork.Post(() =>
        {
            if (isClosing)
            {
                return;
            }

            try
            {
                events.Append(what);
            }
            catch (DiskFault fault)
            {
                // A full disk must not end the agent: the event is shown from memory and stored with the next one.
                Options.Log($"{volume.Id}: event not stored: {fault.Message}");
            }

            Options.Log($"{volume.Id}: {report.Subject} {peer} {report.From} -> {report.To} ({report.Cause})");
        });
    }

    public void LinksChanged(Volume volume)
    {
        // Diallers ask the core themselves whether to dial; nothing to start or stop here.
    }

    public void Pin(Volume volume, RecoveryPointReason reason, Action pinned) =>
        ((SitePoints)Points).Pin(volume, reason, pinned);

    public void Dispose()
    {
        ticker.Dispose();
        absent.Close();
        foreach (var volume in volumes.Values)
        {
            // An orderly close leaves no region in doubt; a volume that cannot close in time is as after a crash.
            volume.Loop.OrderAsync(OrderKind.Close).Wait(TimeSpan.FromSeconds(5));
        }

        // Nobody dials in again after the goodbye: a peer that came back would wait for a silence after all.
        listener.Dispose();
        foreach (var volume in volumes.Values)
        {
            volume.Loop.SayGoodbye();
        }

        nbd.StopAsync().Wait(TimeSpan.FromSeconds(10));
        foreach (var dialler in diallers.Values)
        {
            dialler.Dispose();
        }

        ((SitePoints)Points).Dispose();
        foreach (var volume in volumes.Values)
        {
            volume.Dispose();
        }

        ((SiteVolumes)Volumes).Dispose();
        DrainReports();
        events.Dispose();
        Operations.Dispose();
        LocalArbiter.Dispose();
        exportWork.Close();
        executor.Dispose();
        folderLock.Dispose();
    }

    // What was reported while the volumes closed is stored before the journal goes; what comes later has nowhere to go.
    private void DrainReports()
    {
        using ManualResetEventSlim drained = new();
        exportWork.Post(drained.Set);
        drained.Wait(TimeSpan.FromSeconds(5));
        isClosing = true;
    }

    /// <summary>This site's own row of a protection; for sites without a control plane.</summary>
    public ArbiterRow? LocalRowOf(ProtectionId protection) => LocalArbiter.Find(protection);

    /// <summary>Stores a row decided by hand; for sites without a control plane.</summary>
    public void StoreLocalRow(ArbiterRow row) => LocalArbiter.Put(row);

    /// <summary>Why a volume of this site is not served though its settings are there; null when it is.</summary>
    public Refusal? WhyNotServed(VolumeId volume) => absent.WhyNot(volume);

    /// <inheritdoc/>
    public (bool IsReachable, string Detail) Reach(SiteId peer, string address)
    {
        if (!EndPoints.TryParse(address, out var end) || end is null)
        {
            return (false, $"'{address}' is no address");
        }

        try
        {
            using var transport = Sockets.Dial(end, ReachMilliseconds);
            return string.IsNullOrEmpty(transport.CertifiedSite) || transport.CertifiedSite == peer.ToString()
                ? (true, $"{address}: its agent answered")
                : (false, $"{address}: {transport.CertifiedSite} answers there");
        }
        catch (IOException e)
        {
            return (false, $"{address}: {e.Message}");
        }
    }

    internal Volume? Find(VolumeId id) => volumes.GetValueOrDefault(id);

    internal IReadOnlyList<Volume> VolumesOf(ProtectionId protection) =>
        [.. volumes.Values.Where(v => v.Configuration.Protection == protection)
            .OrderBy(v => v.Id.ToString(), StringComparer.Ordinal)];

    internal VolumeStatus StatusOf(Volume volume) =>
        VolumeStatuses.Of(volume, Folder.Read(volume.Id)!, IsServed(volume), ExportNameOf(volume), ticker);

    /// <summary>
    /// True when the core is open and a guest that connects finds its export: the core opens first and the
    /// export follows, so that asking the core alone would send a guest to a door that is not there yet.
    /// </summary>
    internal bool IsServed(Volume volume) => volume.Loop.IsOpen && exports.Find(ExportNameOf(volume)) is not null;

    internal string ExportNameOf(Volume volume)
    {
        var name = Folder.Read(volume.Id)?.ExportName;
        return string.IsNullOrEmpty(name) ? volume.Id.ToString() : name;
    }

    /// <summary>Why an order about a volume that is not served is refused: its files are absent, or nobody knows it.</summary>
    internal Refusal NotHere(VolumeId volume) => absent.WhyNot(volume) ?? SiteRefusals.UnknownVolume(volume, Id);

    /// <summary>The same for a protection.</summary>
    internal Refusal NotHere(ProtectionId protection) =>
        absent.WhyNot(protection) ?? SiteRefusals.UnknownProtection(protection, Id);

    internal AbsentVolumes Absent => absent;

    internal Volume OpenVolume(VolumeSettings settings) =>
        Folder.Open(settings, Id, incarnation.ToString(), executor, this);

    internal Volume StartVolume(Volume volume, VolumeSettings settings)
    {
        // Started is in the mailbox before the ticker can find the volume: it is the first event of every core.
        volume.Loop.Start();
        volumes[settings.Volume] = volume;
        volume.Kick();
        StartDiallers(volume, settings);
        return volume;
    }

    internal async Task<Volume> SwapAsync(Volume volume, VolumeSettings settings)
    {
        await volume.SwapAsync(async before =>
        {
            StopDiallers(volume.Id);
            await before.OrderAsync(OrderKind.Close);
            before.Dispose();
            Folder.Write(settings);
            var next = Folder.OpenLoop(
                settings, volume.Image, Id, $"{incarnation}.{Interlocked.Increment(ref sessions)}", executor, this);
            next.Start();
            return next;
        });
        StartDiallers(volume, settings);
        return volume;
    }

    internal async Task RemoveVolumeAsync(Volume volume)
    {
        StopDiallers(volume.Id);
        await volume.Loop.OrderAsync(OrderKind.Close);
        await nbd.WithdrawAsync(ExportNameOf(volume));
        volumes.TryRemove(volume.Id, out _);
        volume.Dispose();
    }

    internal long FreeBytes() => new DriveInfo(Path.GetFullPath(Options.DataFolder)).AvailableFreeSpace;

    private void StartDiallers(Volume volume, VolumeSettings settings)
    {
        for (var i = 0; i < settings.Peers.Count; i++)
        {
            var peer = settings.Peers[i];
            diallers[(volume.Id, peer.Site)] = new PeerDialler(
                volume.Loop,
                new PeerSlot((byte)i),
                () => addresses.TryGetValue(peer.Site, out var learned) ? learned : peer.Address,
                Sockets,
                () => (incarnation << 24) | Interlocked.Increment(ref sessions),
                Options.Log);
        }
    }

    private void StopDiallers(VolumeId id)
    {
        foreach (var key in diallers.Keys.Where(k => k.Item1 == id))
        {
            if (diallers.TryRemove(key, out var dialler))
            {
                dialler.Dispose();
                dialler.Join();
            }
        }
    }

    private string ListenNbd(EndPoint at)
    {
        if (at is UnixDomainSocketEndPoint)
        {
            // A socket file left by a dead agent would refuse the bind; the folder lock says that its owner is gone.
            File.Delete(at.ToString()!);
        }

        try
        {
            var real = nbd.Listen(at);
            return real is UnixDomainSocketEndPoint ? $"unix:{at}" : real.ToString()!;
        }
        catch (SocketException e)
        {
            throw new Fault(
                FaultSide.Network, "bind", $"The NBD address {at} cannot be bound: {e.Message}", isTransient: false, e);
        }
    }

    private static long NextIncarnation(IFileSystem files, string folder)
    {
        using var counter = new StoredList<long>(files, Path.Combine(folder, "agent"), VolumeRecord.Json);
        var next = counter.Items.Count > 0 ? counter.Items[0] + 1 : 1;
        counter.Items.Clear();
        counter.Items.Add(next);
        counter.Store();
        return next;
    }
}
