using Runbooks.Domain.Status;

namespace Runbooks.ControlPlane.Inventory;

/// <summary>One report of one volume, reduced to what charts show. Counters as reported: rates are made of two
/// samples.</summary>
internal readonly record struct VolumeSample(
    long AtMs, long Reads, long ReadBytes, long Writes, long WriteBytes, long DualWriteBytes, long CopyBytes,
    long DirtyBytes, float ExposureSeconds, float GuestP50, float GuestP99, float LocalP50, float LocalP99,
        float WanP50,
    float WanP99)
{
    public static VolumeSample Of(VolumeStatus volume, DateTimeOffset at)
    {
        var (guest, local, wan) = (Leg(volume, "guest"), Leg(volume, "local"), Leg(volume, "wan"));
        return new VolumeSample(
            at.ToUnixTimeMilliseconds(), volume.GuestReads, volume.GuestReadBytes, volume.GuestWrites,
                volume.GuestWriteBytes,
            volume.Links.Sum(l => l.DualWriteBytesSent), volume.Links.Sum(l => l.CopyBytesSent),
            volume.Links.Count == 0 ? 0 : volume.Links.Max(l => l.DirtyBytes),
            volume.Links.Count == 0 ? 0 : (float)volume.Links.Max(l => l.ExposureSeconds), guest.P50, guest.P99,
                local.P50,
            local.P99, wan.P50, wan.P99);
    }

    /// <summary>True when the agent has started anew in between: its counters began at 0 again.</summary>
    public bool IsAfterARestartSince(VolumeSample earlier) => Reads < earlier.Reads || ReadBytes < earlier.ReadBytes
        || Writes < earlier.Writes || WriteBytes < earlier.WriteBytes || DualWriteBytes < earlier.DualWriteBytes
        || CopyBytes < earlier.CopyBytes;

    private static (float P50, float P99) Leg(VolumeStatus volume, string leg) =>
        volume.Latencies.FirstOrDefault(l => l.Leg == leg) is { Count: > 0 } found
            ? ((float)found.P50Microseconds, (float)found.P99Microseconds)
            : (float.NaN, float.NaN);
}
