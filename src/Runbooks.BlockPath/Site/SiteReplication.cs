using System.Diagnostics;
using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Volumes;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Status;
using Runbooks.Domain.Units;
using Runbooks.Domain.Workloads;
using Runbooks.Replication;
using LinkStatus = Runbooks.Domain.Status.LinkStatus;

namespace Runbooks.BlockPath.Site;

/// <summary>Making copies of a protection's volumes and keeping them in step.</summary>
internal sealed class SiteReplication(Site site) : ISiteReplication
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan DetachTimeout = TimeSpan.FromSeconds(20);

    // The agent itself needs room for records, journals and copy-on-write points beside the images.
    private const long ReserveBytes = 256L << 20;

    public Outcome<TargetFacts> CheckTarget(ProtectionPolicy policy, WorkloadMetadata workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        if (AbsentOf(workload) is { } absent)
        {
            return absent;
        }

        var missing = workload.Disks.Where(d => site.Find(d.Volume) is null).Sum(d => d.SizeBytes);
        var free = site.FreeBytes();
        foreach (var disk in workload.Disks)
        {
            if (site.Folder.Read(disk.Volume) is { } known
                && (known.Protection != policy.Id || known.SizeBytes != disk.SizeBytes || known.IsReleased))
            {
                return known.IsReleased ? SiteRefusals.CopyKept(disk.Volume, known.Protection,
                    site.Id) : SiteRefusals.VolumeExists(
                    disk.Volume, $"protection {known.Protection}, size {known.SizeBytes}") with { Field = "workload.disks" };
            }
        }

        return missing + ReserveBytes > free
            ? SiteRefusals.NoSpace(missing + ReserveBytes, free)
            : new TargetFacts(
                site.Options.AgentVersion, free, missing, site.Options.Clock.GetUtcNow(), site.WanAddress);
    }

    public Outcome<SourceFacts> CheckSource(ProtectionPolicy policy, WorkloadMetadata workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        long allocated = 0;
        foreach (var disk in workload.Disks)
        {
            if (site.Find(disk.Volume) is not { } volume)
            {
                return site.NotHere(disk.Volume) with { Field = $"workload.disks[{disk.Name}]" };
            }

            if (volume.Length != disk.SizeBytes)
            {
                return SiteRefusals.VolumeExists(disk.Volume, $"size {volume.Length}, not {disk.SizeBytes}");
            }

            if (volume.Configuration.Protection != policy.Id && volume.Configuration.Peers.Count > 0)
            {
                return SiteRefusals.VolumeExists(disk.Volume, $"protected by {volume.Configuration.Protection}");
            }

            for (var at = 0L; at < volume.Length;)
            {
                var extent = volume.Image.NextAllocated(at, volume.Length);
                allocated += extent.Length;
                at = extent.IsEmpty ? volume.Length : extent.End;
            }
        }

        return new SourceFacts(
            site.Options.AgentVersion,
            workload.Disks.Sum(d => d.SizeBytes),
            allocated,
            site.Options.Clock.GetUtcNow());
    }

    public Task<Outcome<Nothing>> CreateStandbyAsync(
        string key, ProtectionPolicy policy, WorkloadMetadata workload, SiteId primary) =>
        site.Operations.OnceAsync("create-standby", key, () =>
        {
            if (AbsentOf(workload) is { } absent)
            {
                return Task.FromResult<Outcome<Nothing>>(absent);
            }

            foreach (var disk in workload.Disks.Where(d => site.Find(d.Volume) is null))
            {
                var settings = Settings(policy, workload, disk) with
                {
                    Peers = [new PeerSettings(primary, string.Empty)],
                };
                var made = ((SiteVolumes)site.Volumes).Start(settings, Role.Standby);
                if (!made.IsOk)
                {
                    return Task.FromResult<Outcome<Nothing>>(made.Refusal);
                }
            }

            return Task.FromResult<Outcome<Nothing>>(default(Nothing));
        });

    public Task<Outcome<Nothing>> RemoveStandbyAsync(string key, ProtectionId protection, bool keepImages) =>
        site.Operations.OnceAsync("remove-standby", key, async () =>
        {
            if (site.Absent.WhyNot(protection) is { } absent)
            {
                return absent;
            }

            foreach (var volume in site.VolumesOf(protection))
            {
                if (volume.Loop.Ask(core => core.Role) == Role.Primary)
                {
                    return SiteRefusals.PrimaryHere(volume.Id);
                }

                await site.Volumes.GiveBackAsync(volume.Id, keepImages);
            }

            return (Outcome<Nothing>)default(Nothing);
        });

    public Task<Outcome<Nothing>> BeginTrackingAsync(
        string key, ProtectionPolicy policy, WorkloadMetadata workload, SiteId standby, string standbyAddress) =>
        site.Operations.OnceAsync("begin-tracking", key, async () =>
        {
            site.LearnPeerAddress(standby, standbyAddress);
            foreach (var disk in workload.Disks)
            {
                if (site.Find(disk.Volume) is not { } volume)
                {
                    return site.NotHere(disk.Volume);
                }

                var known = site.Folder.Read(disk.Volume)!;
                var wanted = Settings(policy, workload, disk) with
                {
                    Image = known.Image,
                    ExportName = known.ExportName,
                    Peers = SiteVolumes.WithPeer(known.Peers, standby, standbyAddress),
                };
                if (!SiteVolumes.Same(known, wanted))
                {
                    await site.SwapAsync(volume, wanted);
                }
            }

            return (Outcome<Nothing>)default(Nothing);
        });

    public Task<Outcome<Nothing>> EndTrackingAsync(string key, ProtectionId protection, SiteId standby) =>
        site.Operations.OnceAsync("end-tracking", key, async () =>
        {
            if (site.Absent.WhyNot(protection) is { } absent)
            {
                return absent;
            }

            foreach (var volume in site.VolumesOf(protection))
            {
                if (Slots.Of(volume.Configuration, standby) is { } slot)
                {
                    if (await volume.Loop.OrderAsync(OrderKind.Detach, peer: slot) is { } refusal)
                    {
                        return refusal;
                    }

                    await WaitUntilDetachedAsync(volume, slot);
                }

                await ForgetPeersAsync(volume);
            }

            return (Outcome<Nothing>)default(Nothing);
        });

    public Task<Outcome<Nothing>> ReleaseStandbyAsync(string key, ProtectionId protection, Generation generation) =>
        site.Operations.OnceAsync("release-standby", key, async () =>
        {
            if (site.Absent.WhyNot(protection) is { } absent)
            {
                return absent;
            }

            foreach (var volume in site.VolumesOf(protection))
            {
                // A primary of a lower generation has not heard of its successor yet: the order below fences it.
                if (volume.Loop.Ask(core => core.Role) == Role.Primary && volume.Loop.Generation >= generation)
                {
                    return SiteRefusals.PrimaryHere(volume.Id);
                }

                // Above every generation its arbiter ever gave: a promotion of this copy is refused by the copy itself.
                if (await volume.Loop.OrderAsync(OrderKind.Fence, generation.Next) is { } refusal)
                {
                    return refusal;
                }

                var known = site.Folder.Read(volume.Id)!;
                if (known.Peers.Count > 0 || !known.IsReleased)
                {
                    await site.SwapAsync(volume, known with { Peers = [], IsReleased = true });
                }
            }

            return (Outcome<Nothing>)default(Nothing);
        });

    // A copy whose files are absent is neither made anew nor counted as missing: what it held decides what is safe.
    private Refusal? AbsentOf(WorkloadMetadata workload) =>
        workload.Disks.Select(d => site.Absent.WhyNot(d.Volume)).FirstOrDefault(r => r is not null);

    // The order is taken at once and carried out when the arbiter has permitted to go on without the standby.
    private static async Task WaitUntilDetachedAsync(Volume volume, PeerSlot slot)
    {
        var started = Stopwatch.GetTimestamp();
        while (volume.Loop.Ask(core => core.LinkOf(slot).Link) != LinkState.Detached)
        {
            if (Stopwatch.GetElapsedTime(started) > DetachTimeout)
            {
                throw new Fault(
                    FaultSide.Peer, "detach",
                    $"{volume.Id}: the arbiter has not permitted within {DetachTimeout.TotalSeconds} s "
                        + "to go on without the standby.",
                    isTransient: true);
            }

            await Pause.ForAsync(Poll);
        }
    }

    // Without a standby nobody can have been promoted in its place: the volume is confirmed by the site's own row when
    // the control plane has none, and another protection may adopt it.
    private async Task ForgetPeersAsync(Volume volume)
    {
        var known = site.Folder.Read(volume.Id)!;
        var slots = Enumerable.Range(0, known.Peers.Count).Select(i => new PeerSlot((byte)i));
        if (known.Peers.Count == 0
            || !slots.All(s => volume.Loop.Ask(core => core.LinkOf(s).Link) == LinkState.Detached))
        {
            return;
        }

        site.LocalArbiter.Put(ArbiterRow.Begin(known.Protection, site.Id, [], site.Options.Clock.GetUtcNow()) with
        {
            Generation = volume.Loop.Generation,
        });
        await site.SwapAsync(volume, known with { Peers = [] });
    }

    public async Task<Outcome<CopyFacts>> FullCopyAsync(
        string key, VolumeId volume, SiteId standby, IProgress<CopyState>? progress, CancellationToken cancellation)
    {
        if (site.Find(volume) is not { } found)
        {
            return site.NotHere(volume);
        }

        if (Slots.Of(found.Configuration, standby) is not { } slot)
        {
            return SiteRefusals.UnknownPeer(volume, standby);
        }

        var started = Stopwatch.GetTimestamp();
        var sentBefore = found.Loop.CopyBytesSent[slot.Index];
        if (found.Loop.Ask(core => core.LinkOf(slot).Link) == LinkState.Detached
            && await found.Loop.OrderAsync(OrderKind.Seed, peer: slot) is { } refusal)
        {
            return refusal;
        }

        while (true)
        {
            var link = LinkOf(found, slot);
            if (link.State is not (LinkState.Seeding or LinkState.Detached))
            {
                var sent = found.Loop.CopyBytesSent[slot.Index] - sentBefore;
                return new CopyFacts(
                    found.Length, sent, Math.Max(0, found.Length - sent), Stopwatch.GetElapsedTime(started).TotalSeconds);
            }

            Tell(progress, link);
            await Pause.ForAsync(Poll, cancellation);
        }
    }

    public async Task<Outcome<CatchUpFacts>> CatchUpAsync(
        string key, ProtectionId protection, SiteId standby, IProgress<CopyState>? progress, CancellationToken cancellation)
    {
        var volumes = site.VolumesOf(protection);
        if (volumes.Count == 0)
        {
            return site.NotHere(protection);
        }

        var started = Stopwatch.GetTimestamp();
        long exposureMax = 0;
        foreach (var volume in volumes)
        {
            if (Slots.Of(volume.Configuration, standby) is not { } slot)
            {
                return SiteRefusals.UnknownPeer(volume.Id, standby);
            }

            if (LinkOf(volume, slot).State == LinkState.Degraded)
            {
                // The hold-down guards against flapping; an activity that asks has waited for it already.
                _ = await volume.Loop.OrderAsync(OrderKind.Resume, peer: slot);
            }
        }

        while (true)
        {
            var links = volumes.Select(v => LinkOf(v, Slots.Of(v.Configuration, standby)!.Value)).ToList();
            if (links.TrueForAll(l => l.IsComplete))
            {
                var row = site.HasControlPlane ? null : site.LocalArbiter.Find(protection);
                return new CatchUpFacts(
                    volumes.Sum(v => SentTo(v, standby)),
                    1,
                    Stopwatch.GetElapsedTime(started).TotalSeconds,
                    exposureMax,
                    row?.Version ?? volumes.Max(v => v.Loop.ArbiterVersion));
            }

            var dirty = links.Sum(l => l.DirtyBytes);
            exposureMax = Math.Max(exposureMax, dirty);
            var rate = links.Sum(l => l.CopyBytesPerSecond);
            progress?.Report(new CopyState(
                Math.Max(0, exposureMax - dirty), exposureMax, rate, rate > 0 ? (double)dirty / rate : null));
            await Pause.ForAsync(Poll, cancellation);
        }
    }

    public Task<Outcome<CompareFacts>> CompareAsync(
        ProtectionId protection, SiteId standby, int rangesMax, CancellationToken cancellation) =>
        new VolumeComparison(site).RunAsync(protection, standby, rangesMax, cancellation);

    private static long SentTo(Volume volume, SiteId standby) =>
        Slots.Of(volume.Configuration, standby) is { } slot
            ? volume.Loop.CopyBytesSent[slot.Index] - volume.Loop.CopyBytesBeforeCatchUp[slot.Index]
            : 0;

    private LinkStatus LinkOf(Volume volume, PeerSlot slot) => site.StatusOf(volume).Links[slot.Index];

    private static void Tell(IProgress<CopyState>? progress, LinkStatus link) => progress?.Report(new CopyState(
        link.CopyDoneBytes,
        link.CopyTotalBytes,
        link.CopyBytesPerSecond,
        link.CopyBytesPerSecond > 0 ? (double)link.DirtyBytes / link.CopyBytesPerSecond : null));

    private static VolumeSettings Settings(ProtectionPolicy policy, WorkloadMetadata workload, DiskMetadata disk) =>
        new(disk.Volume, policy.Id, disk.SizeBytes, "image.raw")
        {
            Workload = workload.Id,
            Disk = disk.Name,
            ExportName = $"{workload.Id}-{disk.Name}",
            OnLinkLoss = policy.OnLinkLoss,
            IfArbiterUnreachable = policy.IfArbiterUnreachable,
            PeerTimeoutSeconds = policy.PeerTimeoutSeconds,
            HoldDownSeconds = policy.HoldDownSeconds,
            CatchUpBytesPerSecondMax = policy.CatchUpBytesPerSecondMax,
            WorkloadMetadata = System.Text.Json.JsonSerializer.Serialize(workload, VolumeRecord.Json),
        };
}
