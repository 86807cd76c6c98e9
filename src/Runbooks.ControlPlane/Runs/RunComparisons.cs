namespace Runbooks.ControlPlane.Runs;

/// <summary>Two runs step by step. Pure.</summary>
internal static class RunComparisons
{
    // Under a second and a tenth of the other's time is the engine's own jitter, not news.
    private const double SecondsMin = 1;
    private const double ShareMin = 0.1;

    public static RunComparison Of(
        RunView run, IReadOnlyList<StepView> steps, RunView other, IReadOnlyList<StepView> others)
    {
        var (here, there) = (steps.ToDictionary(s => s.Path), others.ToDictionary(s => s.Path));
        var paths = steps.Select(s => s.Path).Concat(others.Select(s => s.Path)).Distinct();
        return new RunComparison(
            run, other, run.RunbookHash is not null && run.RunbookHash == other.RunbookHash,
            run.ElapsedSeconds - other.ElapsedSeconds,
            [.. paths.Select(p => Compare(p, here.GetValueOrDefault(p), there.GetValueOrDefault(p)))]);
    }

    private static StepComparison Compare(string path, StepView? here, StepView? there)
    {
        var delta = here?.Seconds - there?.Seconds;
        var change = (here, there) switch
        {
            (null, _) => "only-there",
            (_, null) => "only-here",
            _ when here.State != there.State => "different",
            _ when delta is { } d && Math.Abs(d) >= Math.Max(SecondsMin, ShareMin * (there.Seconds ?? 0)) =>
                d > 0 ? "slower" : "faster",
            _ => "same",
        };
        return new StepComparison(
            path, (here ?? there)!.Title, change, here?.State, here?.Seconds, there?.State, there?.Seconds, delta);
    }
}
