using System.Diagnostics;
using System.Security.Cryptography;
using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Volumes;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.BlockPath.Site;

/// <summary>
/// Changing who serves writes: quiesce, seal, promote, meet, fence. Each over all volumes of a protection.
/// </summary>
internal sealed class SiteRoles(Site site) : ISiteRoles
{
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(30);

    // A page of them is for people; all are in the recovery point. 16 of 70 bytes fit the journal's 1 KiB a result.
    private const int RangesTold = 16;

    public Task<Outcome<QuiesceFacts>> QuiesceAsync(string key, ProtectionId protection) =>
        site.Operations.OnceAsync("quiesce", key, async () =>
        {
            var volumes = site.VolumesOf(protection);
            if (volumes.Count == 0)
            {
                return site.NotHere(protection);
            }

            var started = Stopwatch.GetTimestamp();
            var orders = volumes.Select(v => v.Loop.OrderAsync(OrderKind.Drain)).ToList();
            foreach (var refusal in await Task.WhenAll(orders))
            {
                if (refusal is not null)
                {
                    return refusal;
                }
            }

            var mark = new DrainedMark(
                site.Id, volumes[0].Loop.Generation, volumes.Sum(v => v.Loop.GuestWrites));
            return (Outcome<QuiesceFacts>)new QuiesceFacts(mark, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        });

    public Task<Outcome<Nothing>> ResumeAsync(string key, ProtectionId protection) =>
        site.Operations.OnceAsync("resume", key, () => OrderAllAsync(protection, OrderKind.Reopen));

    public Task<Outcome<SealFacts>> SealAsync(string key, ProtectionId protection, ArbiterRow row) =>
        site.Operations.OnceAsync<SealFacts>("seal", key, async () =>
        {
            ArgumentNullException.ThrowIfNull(row);
            var volumes = site.VolumesOf(protection);
            if (volumes.Count == 0)
            {
                return site.NotHere(protection);
            }

            if (row.Primary != site.Id)
            {
                return SiteRefusals.NotSealed(protection, row.Generation);
            }

            var point = RecoveryPointId.FromGuid(StableGuid($"{protection}/{row.Generation}/before-promote"));
            ((SitePoints)site.Points).Announce(protection, point, RecoveryPointReason.BeforePromote);
            var sealedAll = await OrderAllAsync(protection, OrderKind.Seal, row.Generation);
            return sealedAll.IsOk
                ? new SealFacts(volumes.Sum(v => v.Loop.AppliedPosition), point, site.Options.Clock.GetUtcNow())
                : sealedAll.Refusal;
        });

    public Task<Outcome<PromoteFacts>> PromoteAsync(
        string key, ProtectionId protection, ArbiterRow row, RecoveryPointId? point) =>
        site.Operations.OnceAsync("promote", key, async () =>
        {
            ArgumentNullException.ThrowIfNull(row);
            var volumes = site.VolumesOf(protection);
            if (volumes.Count == 0)
            {
                return site.NotHere(protection);
            }

            if (row.Primary != site.Id)
            {
                return SiteRefusals.NotSealed(protection, row.Generation);
            }

            if (point is { } chosen && await ((SitePoints)site.Points).RevertAsync(protection, chosen) is { } impossible)
            {
                return impossible;
            }

            var order = new PromotionOrder(row, AcceptInconsistent: point is not null);
            var promoted = await OrderAllAsync(protection, OrderKind.Promote, row.Generation, order);
            if (!promoted.IsOk)
            {
                return promoted.Refusal;
            }

            foreach (var volume in volumes)
            {
                await WaitUntilServedAsync(volume);
                ReadBack(volume);
            }

            return (Outcome<PromoteFacts>)new PromoteFacts(
                volumes.ToDictionary(v => site.Folder.Read(v.Id)!.Disk, site.ExportNameOf),
                site.NbdAddresses.Count > 0 ? site.NbdAddresses[0] : string.Empty,
                row.Generation);
        });

    public Task<Outcome<MeetFacts>> MeetAsync(
        string key, ProtectionId protection, ArbiterRow row, string primaryAddress) =>
        site.Operations.OnceAsync("meet", key, async () =>
        {
            ArgumentNullException.ThrowIfNull(row);
            var volumes = site.VolumesOf(protection);
            if (volumes.Count == 0)
            {
                return site.NotHere(protection);
            }

            site.LearnPeerAddress(row.Primary, primaryAddress);
            long alone = 0;
            RecoveryPointId? kept = null;
            var ranges = new List<DivergedFacts>();
            var count = 0;
            foreach (var volume in volumes)
            {
                count += TellRanges(volume, row.Primary, ranges);
                volume.Loop.PostAndKick(VolumeEvent.GenerationSeen(row.Generation));
                volume.Loop.PostAndKick(VolumeEvent.ArbiterRowLearned(row));
                var settings = site.Folder.Read(volume.Id)!;
                if (!settings.Peers.Any(p => p.Site == row.Primary))
                {
                    await site.SwapAsync(volume, settings with
                    {
                        Peers = SiteVolumes.WithPeer(settings.Peers, row.Primary, primaryAddress),
                    });
                }

                alone += volume.Loop.Ask(core => core.Metadata.History)
                    .Where(h => h.Primary == site.Id && h.Generation < row.Generation).Sum(h => h.AloneBytes.Value);
            }

            if (alone > 0)
            {
                // Kept before anything may overwrite it; the order comes only after the point is durable.
                var id = RecoveryPointId.FromGuid(StableGuid($"{protection}/{row.Generation}/diverged/{site.Id}"));
                var made = await ((SitePoints)site.Points).CreateAsync(id, protection, RecoveryPointReason.Diverged);
                if (!made.IsOk)
                {
                    return made.Refusal;
                }

                kept = id;
                var discarded = await OrderAllAsync(protection, OrderKind.DiscardOwnChanges, row.Generation);
                if (!discarded.IsOk)
                {
                    return discarded.Refusal;
                }
            }

            return (Outcome<MeetFacts>)(alone > 0
                ? new MeetFacts(true, alone, kept) { Ranges = ranges, RangeCount = count }
                : new MeetFacts(false, 0, kept));
        });

    private static int TellRanges(Volume volume, SiteId peer, List<DivergedFacts> ranges)
    {
        if (Slots.Of(volume.Configuration, peer) is not { } slot)
        {
            return 0;
        }

        var (first, count, _) = volume.Loop.Ask(core => core.DifferencesTo(slot, RangesTold));
        ranges.AddRange(first.Take(RangesTold - ranges.Count)
            .Select(r => new DivergedFacts(volume.Id, r.Offset, r.Length)));
        return count;
    }

    // Volumes whose files are absent serve nobody, and open again only when the control plane's arbiter names this site.
    public Task<Outcome<Nothing>> FenceAsync(ProtectionId protection, Generation generation) =>
        site.HasControlPlane && site.Absent.WhyNot(protection) is not null
            ? Task.FromResult<Outcome<Nothing>>(default(Nothing))
            : OrderAllAsync(protection, OrderKind.Fence, generation);

    private async Task<Outcome<Nothing>> OrderAllAsync(
        ProtectionId protection, OrderKind order, Generation generation = default, object? detail = null)
    {
        var volumes = site.VolumesOf(protection);
        if (volumes.Count == 0)
        {
            return site.NotHere(protection);
        }

        var answers = await Task.WhenAll(
            volumes.Select(v => v.Loop.OrderAsync(order, generation, detail: detail)));
        return Array.Find(answers, a => a is not null) is { } refusal ? refusal : default(Nothing);
    }

    private async Task WaitUntilServedAsync(Volume volume)
    {
        var started = Stopwatch.GetTimestamp();
        while (!site.IsServed(volume))
        {
            if (Stopwatch.GetElapsedTime(started) > OpenTimeout)
            {
                throw new Fault(
                    FaultSide.Peer, "promote", $"{volume.Id} did not open within {OpenTimeout.TotalSeconds} s.", isTransient: true);
            }

            await Pause.ForAsync(TimeSpan.FromMilliseconds(20));
        }
    }

    // Proof that the volume answers reads of its own image: the last block is read through the path a guest uses.
    private static void ReadBack(Volume volume)
    {
        var length = (int)Math.Min(Grain.BlockBytes, volume.Length);
        volume.Image.Digest(new ByteRange(volume.Length - length, length));
    }

    private static Guid StableGuid(string text) => new(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
