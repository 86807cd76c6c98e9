using Runbooks.BlockPath.Volumes;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.BlockPath.Site;

/// <summary>Compares two copies by SHA-256 over 1 MiB ranges while guests go on.</summary>
/// <remarks>
/// Each range is compared under exclusion: writes to it wait (a read and a digest here, a round trip and the same
/// there: some
/// milliseconds), writes elsewhere do not notice. Only ranges of a link that is in sync are compared, so what differs
/// differs for
/// no good reason. Repairs nothing: which side is right is an operator's decision.
/// </remarks>
internal sealed class VolumeComparison(Site site)
{
    public async Task<Outcome<CompareFacts>> RunAsync(
        ProtectionId protection, SiteId standby, int rangesMax, CancellationToken cancellation)
    {
        var volumes = site.VolumesOf(protection);
        if (volumes.Count == 0)
        {
            return site.NotHere(protection);
        }

        long compared = 0;
        var differences = new List<string>();
        foreach (var volume in volumes)
        {
            if (Slots.Of(volume.Configuration, standby) is not { } slot)
            {
                return SiteRefusals.UnknownPeer(volume.Id, standby);
            }

            if (volume.Loop.Ask(core => core.Role) != Role.Primary)
            {
                return SiteRefusals.NotPrimary(volume.Id, site.Id);
            }

            foreach (var range in Ranges(volume.Length, rangesMax / volumes.Count + 1, rangesMax))
            {
                cancellation.ThrowIfCancellationRequested();
                var session = volume.Loop.SessionOf(slot.Index);
                if (session is null || volume.Loop.Ask(core => core.LinkOf(slot).Link) != LinkState.InSync)
                {
                    return SiteRefusals.NotConnected(volume.Id, standby);
                }

                if (!await IsEqualAsync(volume, session, range, cancellation))
                {
                    differences.Add($"{volume.Id}:{range}");
                }

                compared += range.Length;
            }
        }

        return new CompareFacts(compared, differences);
    }

    private static async Task<bool> IsEqualAsync(
        Volume volume, Wan.StreamSession session, ByteRange range, CancellationToken cancellation)
    {
        await volume.ExcludeAsync(range).WaitAsync(cancellation);
        try
        {
            var theirs = session.DigestAsync(volume.Loop.Generation, range);
            var ours = volume.Image.Digest(range);
            return (await theirs.WaitAsync(TimeSpan.FromSeconds(10), cancellation)).AsSpan().SequenceEqual(ours);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            throw new Fault(FaultSide.Peer, "compare", $"No digest of {range} came: {e.Message}", isTransient: true, e);
        }
        finally
        {
            volume.EndExclusion();
        }
    }

    // All ranges, or as many as asked, spread evenly.
    private static IEnumerable<ByteRange> Ranges(long size, int share, int rangesMax)
    {
        var all = (size + Grain.CompareBytes - 1) / Grain.CompareBytes;
        var step = rangesMax <= 0 ? 1 : Math.Max(1, all / share);
        for (long i = 0; i < all; i += step)
        {
            yield return new ByteRange(i * Grain.CompareBytes, Math.Min(Grain.CompareBytes, size - i * Grain.CompareBytes));
        }
    }
}
