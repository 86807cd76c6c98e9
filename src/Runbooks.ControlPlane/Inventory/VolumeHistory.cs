using System.Collections.Concurrent;
using Runbooks.Domain.Status;

namespace Runbooks.ControlPlane.Inventory;

/// <summary>The recent past of every volume for live charts: kept in memory by whoever hears the reports.</summary>
/// <remarks>
/// Two rings per volume: every report for 15 minutes (2 s apart: 450) and one a minute for 6
/// hours (360). A sample is about 100 bytes, so 1,000 volumes cost 80 MB at most; a volume
/// that nobody writes to and that has no link costs nothing. What happened before this
/// process heard of it, or while an agent was silent, is a gap and never a line at zero.
/// </remarks>
public sealed class VolumeHistory
{
    private const int FineMax = 450;
    private const int CoarseMax = 360;
    private const long CoarseEveryMs = 60_000;
    private const long ForgetAfterMs = 7 * 3_600_000;
    private readonly ConcurrentDictionary<(string Volume, string Site), Rings> _volumes = new();

    internal static readonly TimeSpan FineWindow = TimeSpan.FromMinutes(15);
    internal static readonly TimeSpan CoarseWindow = TimeSpan.FromHours(6);

    public void Add(SiteStatus status, DateTimeOffset at)
    {
        var site = status.Site.ToString();
        foreach (var volume in status.Volumes.Where(v => v.Links.Count > 0 || v.GuestWrites > 0 || v.GuestReads > 0))
        {
            var rings = _volumes.GetOrAdd((volume.Volume.ToString(), site), _ => new Rings());
            var sample = VolumeSample.Of(volume, at);
            lock (rings)
            {
                // A report that overtook another one on the way says nothing new.
                if (sample.AtMs <= rings.LastMs)
                {
                    continue;
                }

                rings.LastMs = sample.AtMs;
                Push(rings.Fine, sample, FineMax);
                if (sample.AtMs - rings.LastCoarseMs >= CoarseEveryMs)
                {
                    rings.LastCoarseMs = sample.AtMs;
                    Push(rings.Coarse, sample, CoarseMax);
                }
            }
        }

        Forget(at.ToUnixTimeMilliseconds());
    }

    /// <summary>Samples of one volume at every site that reported it, oldest first.</summary>
    internal IReadOnlyList<(string Site, IReadOnlyList<VolumeSample> Samples, TimeSpan Every)> Of(
        string volume, TimeSpan window, DateTimeOffset now)
    {
        var (isFine, from) = (window <= FineWindow, (now - window).ToUnixTimeMilliseconds());
        var found = new List<(string, IReadOnlyList<VolumeSample>, TimeSpan)>();
        foreach (var (key, rings) in _volumes.Where(v => v.Key.Volume == volume).OrderBy(
            v => v.Key.Site, StringComparer.Ordinal))
        {
            lock (rings)
            {
                var samples = (isFine ? rings.Fine : rings.Coarse).Where(s => s.AtMs >= from).ToList();
                found.Add((key.Site, samples, isFine ? TimeSpan.FromSeconds(2) : TimeSpan.FromMinutes(1)));
            }
        }

        return found;
    }

    private void Forget(long nowMs)
    {
        foreach (var (key, _) in _volumes.Where(v => nowMs - v.Value.LastMs > ForgetAfterMs))
        {
            _volumes.TryRemove(key, out _);
        }
    }

    private static void Push(Queue<VolumeSample> ring, VolumeSample sample, int max)
    {
        ring.Enqueue(sample);
        if (ring.Count > max)
        {
            ring.Dequeue();
        }
    }

    private sealed class Rings
    {
        public Queue<VolumeSample> Fine { get; } = new();

        public Queue<VolumeSample> Coarse { get; } = new();

        public long LastMs { get; set; }

        public long LastCoarseMs { get; set; }
    }
}
