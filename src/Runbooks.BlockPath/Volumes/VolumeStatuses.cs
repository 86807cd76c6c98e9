using Runbooks.BlockPath.Site;
using Runbooks.Domain.States;
using Runbooks.Domain.Status;
using Runbooks.Replication;
using LinkStatus = Runbooks.Domain.Status.LinkStatus;

namespace Runbooks.BlockPath.Volumes;

/// <summary>Makes the status document of one volume.</summary>
internal static class VolumeStatuses
{
    public static VolumeStatus Of(
        Volume volume, VolumeSettings settings, bool isServed, string exportName, VolumeTicker ticker)
    {
        var loop = volume.Loop;
        var now = VolumeLoop.Now;
        var (role, generation, links) = loop.Ask(core => (
            core.Role,
            core.Generation,
            core.Configuration.Peers.Select((_, i) => core.LinkOf(new PeerSlot((byte)i))).ToArray()));
        var oldest = volume.OldestOpenMilliseconds();
        return new VolumeStatus(
            volume.Id,
            settings.Protection,
            settings.Workload,
            settings.Disk,
            settings.SizeBytes,
            role,
            generation,
            isServed,
            isServed ? exportName : string.Empty,
            [.. links.Select((link, i) => LinkOf(loop, settings, link, i, now, ticker))])
        {
            GuestWrites = loop.GuestWrites,
            GuestWriteBytes = loop.GuestWriteBytes,
            GuestReads = volume.Reads,
            GuestReadBytes = volume.ReadBytes,
            Latencies = [loop.GuestLeg.Summarise(), loop.LocalLeg.Summarise(), loop.WanLeg.Summarise()],
            LongestWriteMilliseconds = Math.Max(loop.GuestLeg.LargestMicroseconds / 1000, oldest),
            Failure = loop.Failure,
            Notice = isServed ? volume.Notice : string.Empty,
        };
    }

    private static LinkStatus LinkOf(
        VolumeLoop loop, VolumeSettings settings, Replication.LinkStatus link, int peer, TimeSpan now, VolumeTicker ticker)
    {
        var isSeeding = link.Link == LinkState.Seeding;
        var dirty = isSeeding
            ? settings.SizeBytes - link.SeedCursor.Value + link.Dirty.Value
            : link.Dirty.Value;
        return new LinkStatus(
            settings.Peers[peer].Site,
            link.Link,
            loop.LinkSince(peer),
            dirty,
            link.ExposedSince is { } since ? (now - since).TotalSeconds : 0,
            link.Link == LinkState.InSync && link.ExposedSince is null)
        {
            CopyTotalBytes = isSeeding ? settings.SizeBytes : dirty,
            CopyDoneBytes = isSeeding ? link.SeedCursor.Value : 0,
            CopyBytesPerSecond = ticker.RateOf(loop.Configuration.Volume, peer),
            CopyBytesSent = loop.CopyBytesSent[peer],
            DualWriteBytesSent = loop.DualWriteBytesSent[peer],
        };
    }
}
