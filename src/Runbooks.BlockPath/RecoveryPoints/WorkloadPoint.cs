using System.Diagnostics;
using Runbooks.BlockPath.Storage;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;

namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>Takes one recovery point over all disks of a workload: on every disk, or on none.</summary>
/// <remarks>
/// Prepare everywhere, hold every image's writes, pin all in that one instant, let the writes go, make each whole.
/// Whatever fails on the way,
/// by refusal or by fault, takes the point back from every disk that has a part of it: half a point would cost
/// copies on write for ever and
/// be listed nowhere. Taking it back may fail as well (the disk is failing): that is told to <c>log</c>, and the
/// first cause goes up.
/// </remarks>
public static class WorkloadPoint
{
    /// <summary>Takes the point; answers how long writes were held.</summary>
    /// <remarks><b>Errors</b>: a disk's refusal; <see cref="DiskFault"/> of the first disk that failed.</remarks>
    public static async Task<Outcome<TimeSpan>> TakeAsync(
        RecoveryPointId id,
        DateTimeOffset at,
        RecoveryPointReason reason,
        IReadOnlyList<PointDisk> disks,
        Action<string> log)
    {
        ArgumentNullException.ThrowIfNull(disks);
        ArgumentNullException.ThrowIfNull(log);
        var prepared = new List<(PointDisk Disk, PendingPoint Point)>(disks.Count);
        var isWhole = false;
        try
        {
            foreach (var disk in disks)
            {
                var part = disk.Image.Points.Prepare(id, at, reason, disk.Metadata);
                if (!part.IsOk)
                {
                    return part.Refusal;
                }

                prepared.Add((disk, part.Value));
            }

            var pause = PinAll(prepared);
            foreach (var (disk, point) in prepared)
            {
                var whole = await point.CompleteAsync(disk.Commits).ConfigureAwait(false);
                if (!whole.IsOk)
                {
                    return whole.Refusal;
                }
            }

            isWhole = true;
            return pause;
        }
        finally
        {
            if (!isWhole)
            {
                TakeBack(id, prepared, log);
            }
        }
    }

    internal static TimeSpan PinAll(IReadOnlyList<(PointDisk Disk, PendingPoint Point)> prepared)
    {
        var started = Stopwatch.GetTimestamp();
        var held = new List<IDisposable>(prepared.Count);
        try
        {
            foreach (var (disk, _) in prepared)
            {
                held.Add(disk.Image.HoldWrites());
            }

            foreach (var (_, point) in prepared)
            {
                point.Pin();
            }
        }
        finally
        {
            held.ForEach(h => h.Dispose());
        }

        return Stopwatch.GetElapsedTime(started);
    }

    private static void TakeBack(
        RecoveryPointId id, IReadOnlyList<(PointDisk Disk, PendingPoint Point)> prepared, Action<string> log)
    {
        foreach (var (disk, _) in prepared)
        {
            try
            {
                if (disk.Image.Points.Drop(id) is { } refusal)
                {
                    log($"{disk.Image.Path}: part of the failed recovery point {id} stays: {refusal}");
                }
            }
            catch (DiskFault fault)
            {
                log($"{disk.Image.Path}: part of the failed recovery point {id} stays: {fault.Message}");
            }
        }
    }
}
