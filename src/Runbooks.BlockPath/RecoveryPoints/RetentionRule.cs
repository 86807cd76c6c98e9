namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>How many recovery points to keep. The newest whole one is always kept.</summary>
/// <param name="CountMax">Whole points to keep; at least 1.</param>
/// <param name="AgeMax">Older ones are dropped; null keeps by count alone.</param>
public sealed record RetentionRule(int CountMax, TimeSpan? AgeMax)
{
    /// <summary>
    /// The points to drop, oldest first. Withdrawn ones are for people to drop, pending ones for nobody.
    /// </summary>
    public IReadOnlyList<PointRecord> ToDrop(IEnumerable<PointRecord> points, DateTimeOffset now)
    {
        List<PointRecord> whole =
            [.. points.Where(point => point.State == PointState.Whole).OrderBy(point => point.At)];
        int surplus = whole.Count - Math.Max(1, CountMax);
        return
        [
            .. whole.Take(Math.Max(0, whole.Count - 1))
                .Where((point, index) => index < surplus || (AgeMax is { } age && now - point.At > age)),
        ];
    }
}
