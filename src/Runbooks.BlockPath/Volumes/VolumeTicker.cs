using System.Collections.Concurrent;
using System.Diagnostics;
using Runbooks.BlockPath.Execution;
using Runbooks.Domain.Ids;
using Runbooks.Replication;

namespace Runbooks.BlockPath.Volumes;

/// <summary>
/// The clock of all volumes: one tick every 50 ms, signs of life, keep-alives, copy rates.
/// </summary>
/// <remarks>
/// The tick thread never steps a core itself: it posts and lets the disk threads
/// run, so that one volume's stalled disk does not stop the others' clocks.
/// </remarks>
internal sealed class VolumeTicker : IDisposable
{
    public const int TickMilliseconds = 50;

    private readonly Func<ICollection<Volume>> volumes;
    private readonly Action everyFewSeconds;
    private readonly Action<string> log;
    private readonly ConcurrentDictionary<(VolumeId, int), (long At, long Sent, long Rate)> rates = new();
    private readonly ManualResetEventSlim stop = new();
    private long ticks;

    public VolumeTicker(Func<ICollection<Volume>> volumes, Action everyFewSeconds, Action<string> log)
    {
        this.volumes = volumes;
        this.everyFewSeconds = everyFewSeconds;
        this.log = log;
        NamedThread.Start("volume-ticker", Run);
    }

    /// <summary>Bytes a second of copies to a peer over the last second.</summary>
    public long RateOf(VolumeId volume, int peer) => rates.TryGetValue((volume, peer), out var rate) ? rate.Rate : 0;

    public void Dispose() => stop.Set();

    private void Run()
    {
        while (!stop.Wait(TickMilliseconds))
        {
            foreach (var volume in volumes())
            {
                Tick(volume.Loop);
                if (ticks % 20 == 0)
                {
                    var watched = volume;
                    volume.Loop.RunOnDisk(() => NoteSpace(watched));
                }
            }

            if (ticks % 60 == 59)
            {
                everyFewSeconds();
            }

            ticks++;
        }
    }

    private void Tick(VolumeLoop loop)
    {
        var every = loop.Configuration.PeerTimeout / 6;
        for (var peer = 0; peer < loop.Sessions.Length; peer++)
        {
            if (loop.SessionOf(peer) is not { } session)
            {
                continue;
            }

            if (session.TakeHeard())
            {
                loop.Post(VolumeEvent.PeerHeard(session.Peer, session.Session));
            }

            session.KeepAlive(loop.Generation, every);
            if (ticks % 20 == 0)
            {
                SampleRate(loop, peer);
            }
        }

        loop.Post(VolumeEvent.TimerTicked(VolumeLoop.Now));
        loop.KickElsewhere();
        if (ticks % 100 == 99)
        {
            loop.RunOnDisk(loop.WriteStaleMarks);
        }
    }

    private void NoteSpace(Volume volume)
    {
        if (volume.NoteFreeBytes(FreeBytesOf(volume)))
        {
            log($"{volume.Id}: {(volume.Notice.Length > 0 ? volume.Notice : "there is room again for writes to new blocks")}");
        }
    }

    private static long FreeBytesOf(Volume volume)
    {
        try
        {
            return new DriveInfo(volume.Image.File.Path).AvailableFreeSpace;
        }
        catch (IOException)
        {
            // No answer about space is no reason to refuse writes; the disk itself will say so.
            return long.MaxValue;
        }
    }

    private void SampleRate(VolumeLoop loop, int peer)
    {
        var sent = loop.CopyBytesSent[peer];
        var now = Stopwatch.GetTimestamp();
        rates.AddOrUpdate(
            (loop.Configuration.Volume, peer),
            (now, sent, 0),
            (_, before) => (now, sent, (long)((sent - before.Sent) / Stopwatch.GetElapsedTime(before.At, now).TotalSeconds)));
    }
}
