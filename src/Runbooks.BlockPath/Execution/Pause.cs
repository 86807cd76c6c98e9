namespace Runbooks.BlockPath.Execution;

/// <summary>Waiting by the clock, in the one folder where that is allowed: a simulation replaces it.</summary>
public static class Pause
{
    /// <summary>Completes after the time, or is cancelled.</summary>
    public static Task ForAsync(TimeSpan time, CancellationToken cancellation = default) => Task.Delay(time, cancellation);
}
