namespace Runbooks.ControlPlane.Inventory;

/// <summary>Columns for charts, one value per time; a missing value is a gap.</summary>
/// <param name="At">Unix seconds.</param>
/// <param name="CopyBytesPerSecond">Full copy and catch-up.</param>
/// <param name="DualWriteBytesPerSecond">Writes sent to the standby as they happen; with the copy this is the WAN's
/// rate.</param>
public sealed record VolumeSeriesView(
    string Volume, string Disk, string Site, double EverySeconds, IReadOnlyList<double> At,
    IReadOnlyList<double?> ReadsPerSecond, IReadOnlyList<double?> WritesPerSecond,
        IReadOnlyList<double?> ReadBytesPerSecond,
    IReadOnlyList<double?> WriteBytesPerSecond, IReadOnlyList<double?> DualWriteBytesPerSecond,
    IReadOnlyList<double?> CopyBytesPerSecond, IReadOnlyList<double?> DirtyBytes,
        IReadOnlyList<double?> ExposureSeconds,
    IReadOnlyList<double?> GuestP50Microseconds, IReadOnlyList<double?> GuestP99Microseconds,
    IReadOnlyList<double?> LocalP50Microseconds, IReadOnlyList<double?> LocalP99Microseconds,
    IReadOnlyList<double?> WanP50Microseconds, IReadOnlyList<double?> WanP99Microseconds);

/// <summary>Samples made into columns. Pure.</summary>
internal static class VolumeSeries
{
    // Reports are late by a little now and then; three missing in a row are a gap.
    private const double GapFactor = 3.5;

    public static VolumeSeriesView Of(
        string volume, string disk, string site, IReadOnlyList<VolumeSample> samples, TimeSpan every)
    {
        var points = new List<Point>(samples.Count + 8);
        for (var i = 0; i < samples.Count; i++)
        {
            var previous = i == 0 ? (VolumeSample?)null : samples[i - 1];
            if (previous is { } before && samples[i].AtMs - before.AtMs > every.TotalMilliseconds * GapFactor)
            {
                // One point without values, so that a chart lifts its pen.
                points.Add(new Point((before.AtMs + every.TotalMilliseconds) / 1000, null, null));
                previous = null;
            }

            points.Add(new Point(samples[i].AtMs / 1000.0, samples[i], previous));
        }

        return new VolumeSeriesView(
            volume, disk, site, every.TotalSeconds, [.. points.Select(p => p.At)], Rate(points, s => s.Reads),
            Rate(points, s => s.Writes), Rate(points, s => s.ReadBytes), Rate(points, s => s.WriteBytes),
            Rate(points, s => s.DualWriteBytes), Rate(points, s => s.CopyBytes), Value(points, s => s.DirtyBytes),
            Value(points, s => s.ExposureSeconds), Value(points, s => s.GuestP50), Value(points, s => s.GuestP99),
            Value(points, s => s.LocalP50), Value(points, s => s.LocalP99), Value(points, s => s.WanP50),
            Value(points, s => s.WanP99));
    }

    private static List<double?> Rate(List<Point> points, Func<VolumeSample, long> counter) =>
        [.. points.Select(p => p is { Sample: { } now, Previous: { } before } && !now.IsAfterARestartSince(before)
            ? Math.Round((counter(now) - counter(before)) * 1000.0 / (now.AtMs - before.AtMs), 2)
            : (double?)null)];

    private static List<double?> Value(List<Point> points, Func<VolumeSample, double> value) =>
        [.. points.Select(p => p.Sample is { } sample && double.IsFinite(value(sample))
            ? Math.Round(value(sample), 2)
            : (double?)null)];

    private sealed record Point(double At, VolumeSample? Sample, VolumeSample? Previous);
}
