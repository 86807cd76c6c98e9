using System.Security.Cryptography;
using System.Text;
using Runbooks.BlockPath.RecoveryPoints;
using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Volumes;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Status;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.BlockPath.Site;

/// <summary>Recovery points of a site's protections: one instant over all volumes of a workload.</summary>
/// <remarks>
/// The instant is a barrier in front of every image: changes that are running end, new ones wait, all volumes are
/// pinned, the
/// barrier opens; the pause is measured and reported. What a guest had acknowledged before is inside, what it sends
/// because of such an acknowledgement is outside: crash-consistent over all disks. At a standby the same holds,
/// because a
/// write reaches it only after everything its guest waited for was applied there; in the middle of a catch-up it does
/// not hold,
/// and a point is refused.
/// </remarks>
internal sealed class SitePoints(Site site) : ISitePoints, IDisposable
{
    // As a volume that cannot close in time: what is not whole by then is dropped at the next start.
    private static readonly TimeSpan CompleteWithin = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly Dictionary<(ProtectionId, RecoveryPointReason), RecoveryPointId> announced = [];
    private readonly SiteClones clones = new(site);
    private volatile bool isClosing;
    private int completing;

    public Task<Outcome<PointFacts>> CreateAsync(string key, ProtectionId protection, RecoveryPointReason reason) =>
        site.Operations.OnceAsync(
            "create-point", key, () => CreateAsync(RecoveryPointId.FromGuid(Guid.NewGuid()), protection, reason));

    public IReadOnlyList<PointFacts> List(ProtectionId protection)
    {
        var volumes = site.VolumesOf(protection);
        return volumes.Count == 0
            ? []
            : [.. volumes[0].Image.Points.Points
                .Where(p => volumes.All(v => v.Image.Points.Points.Any(o => o.Id == p.Id && o.State == PointState.Whole)))
                .Select(p => new PointFacts(p.Id, p.Reason, p.At, RootOf(volumes, p.Id), 0))];
    }

    public Task<Outcome<PointFacts>> VerifyAsync(
        ProtectionId protection, RecoveryPointId point, CancellationToken cancellation)
    {
        var result = new TaskCompletionSource<Outcome<PointFacts>>(TaskCreationOptions.RunContinuationsAsynchronously);
        site.Executor.Post(new WorkItem(() =>
        {
            try
            {
                result.SetResult(Verify(protection, point, cancellation));
            }
            catch (Exception e) when (e is Fault or OperationCanceledException)
            {
                result.SetException(e);
            }
        }));
        return result.Task;
    }

    public Task<Outcome<Nothing>> DropAsync(ProtectionId protection, RecoveryPointId point)
    {
        if (site.Absent.WhyNot(protection) is { } absent)
        {
            return Task.FromResult<Outcome<Nothing>>(absent);
        }

        foreach (var volume in site.VolumesOf(protection))
        {
            if (volume.Image.Points.Drop(point) is { } refusal)
            {
                return Task.FromResult<Outcome<Nothing>>(refusal);
            }
        }

        return Task.FromResult<Outcome<Nothing>>(default(Nothing));
    }

    public Task<Outcome<CloneFacts>> CreateCloneAsync(
        string key, string run, ProtectionId protection, RecoveryPointId point) =>
        site.Operations.OnceAsync("create-clone", key, () => Task.FromResult(clones.Create(key, run, protection, point)));

    public Task<IReadOnlyList<string>> TearDownAsync(string run) => clones.TearDownAsync(run);

    /// <summary>Opens the clones that an earlier process left, so that a tear-down finds them.</summary>
    internal void Start() => clones.Start();

    /// <summary>Lets points that were pinned become whole first: their files belong to volumes that go next.</summary>
    public void Dispose()
    {
        isClosing = true;
        SpinWait.SpinUntil(() => Volatile.Read(ref completing) == 0, CompleteWithin);
        clones.Dispose();
    }

    /// <summary>The next point that the core pins for this reason gets this id.</summary>
    internal void Announce(ProtectionId protection, RecoveryPointId point, RecoveryPointReason reason)
    {
        lock (gate)
        {
            announced[(protection, reason)] = point;
        }
    }

    internal async Task<Outcome<PointFacts>> CreateAsync(
        RecoveryPointId id, ProtectionId protection, RecoveryPointReason reason)
    {
        var volumes = site.VolumesOf(protection);
        if (volumes.Count == 0)
        {
            return site.NotHere(protection);
        }

        if (List(protection).FirstOrDefault(p => p.Point == id) is { } existing)
        {
            return existing;
        }

        if (volumes.FirstOrDefault(v => !v.Loop.Ask(core => core.Metadata.IsConsistent)) is { } incomplete)
        {
            return SiteRefusals.Inconsistent(incomplete.Id, site.Id);
        }

        var at = site.Options.Clock.GetUtcNow();
        var taken = await WorkloadPoint.TakeAsync(id, at, reason, [.. volumes.Select(DiskOf)], site.Options.Log);
        return taken.IsOk
            ? new PointFacts(id, reason, at, string.Empty, taken.Value.TotalMilliseconds)
            : taken.Refusal;
    }

    private PointDisk DiskOf(Volume volume)
    {
        var metadata = site.Folder.Read(volume.Id)!.WorkloadMetadata;
        return new PointDisk(volume.Image.Preserving, volume.Image.Commits, metadata.Length == 0 ? "{}" : metadata);
    }

    /// <summary>Writes a point's content over the images; only while the volumes are closed.</summary>
    internal Task<Refusal?> RevertAsync(ProtectionId protection, RecoveryPointId point)
    {
        // All disks can be reverted before the first one is: half a workload of another day is no state to start from.
        foreach (var volume in site.VolumesOf(protection))
        {
            if (volume.Loop.IsOpen)
            {
                return Task.FromResult<Refusal?>(SiteRefusals.OpenVolume(volume.Id));
            }

            if (!volume.Image.Points.ChangedSince(point).IsOk)
            {
                return Task.FromResult<Refusal?>(SiteRefusals.UnknownPoint(point, site.Id));
            }
        }

        foreach (var volume in site.VolumesOf(protection))
        {
            var changed = volume.Image.Points.ChangedSince(point);
            var opened = volume.Image.Points.OpenReader(point);
            if (!changed.IsOk || !opened.IsOk)
            {
                return Task.FromResult<Refusal?>(SiteRefusals.UnknownPoint(point, site.Id));
            }

            using var reader = opened.Value;
            var buffer = new byte[Grain.RegionBytes];
            foreach (var range in changed.Value)
            {
                for (var at = range.Offset; at < range.End;)
                {
                    var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, range.End - at));
                    reader.Read(at, part);
                    volume.Image.File.Write(at, part);
                    at += part.Length;
                }
            }

            volume.Image.File.Flush();
        }

        return Task.FromResult<Refusal?>(null);
    }

    /// <summary>
    /// Pins a point of one volume for its core, in the core's own turn: nothing the core emits later can be inside.
    /// Costs the
    /// owner a few milliseconds (files are made and synced), on degradation and promotion only.
    /// </summary>
    internal void Pin(Volume volume, RecoveryPointReason reason, Action pinned)
    {
        // A core that still steps while its site goes pins nothing: its files are going.
        Interlocked.Increment(ref completing);
        if (isClosing || !TryPin(volume, reason, pinned))
        {
            Interlocked.Decrement(ref completing);
        }
    }

    // True when the completion is under way and will count itself out.
    private bool TryPin(Volume volume, RecoveryPointReason reason, Action pinned)
    {
        RecoveryPointId id;
        lock (gate)
        {
            id = announced.TryGetValue((volume.Configuration.Protection, reason), out var named)
                ? named
                : RecoveryPointId.FromGuid(Guid.NewGuid());
        }

        var prepared = volume.Image.Points.Prepare(id, site.Options.Clock.GetUtcNow(), reason);
        if (!prepared.IsOk)
        {
            // The same id again is the same point, and one that cannot be kept must not hold up a promotion: it is
            // reported.
            site.Options.Log($"{volume.Id}: {prepared.Refusal}");
            pinned();
            return false;
        }

        WorkloadPoint.PinAll([(DiskOf(volume), prepared.Value)]);
        site.Executor.Post(new WorkItem(() =>
        {
            try
            {
                var whole = prepared.Value.CompleteAsync(volume.Image.Commits).GetAwaiter().GetResult();
                var outcome = whole.IsOk ? "is whole" : whole.Refusal.ToString();
                site.Options.Log($"{volume.Id}: recovery point {id} ({reason}) {outcome}");
                pinned();
            }
            finally
            {
                Interlocked.Decrement(ref completing);
            }
        }));
        return true;
    }

    internal IEnumerable<InventoryItem> Inventory() => clones.Inventory();

    private Outcome<PointFacts> Verify(ProtectionId protection, RecoveryPointId point, CancellationToken cancellation)
    {
        var volumes = site.VolumesOf(protection);
        foreach (var volume in volumes)
        {
            var opened = volume.Image.Points.OpenReader(point);
            if (!opened.IsOk)
            {
                return opened.Refusal;
            }

            using var reader = opened.Value;
            var root = PointDigest.Root(PointDigest.Ranges(reader, cancellation));
            var stored = volume.Image.Points.Points.First(p => p.Id == point).Digest;
            if (stored is null)
            {
                volume.Image.Points.SetDigest(point, root);
            }
            else if (stored != root)
            {
                return SiteRefusals.DigestDiffers(volume.Id, point);
            }
        }

        return List(protection).FirstOrDefault(p => p.Point == point) is { } facts
            ? facts
            : SiteRefusals.UnknownPoint(point, site.Id);
    }

    private static string RootOf(IReadOnlyList<Volume> volumes, RecoveryPointId point)
    {
        var roots = volumes.Select(v => v.Image.Points.Points.First(p => p.Id == point).Digest).ToList();
        return roots.Contains(null)
            ? string.Empty
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(roots))));
    }
}
