namespace Runbooks.Temporal.Workflows;

/// <summary>A durable timer with its label.</summary>
/// <param name="delay">Time to wait; zero fires at once, infinite waits for cancellation only.</param>
/// <param name="summary">One line shown to operators.</param>
/// <param name="cancellationToken">Token that cancels the timer. Default: null, the workflow's own.</param>
public class DelayOptions(TimeSpan delay, string? summary = null, CancellationToken? cancellationToken = null)
    : ICloneable
{
    /// <summary>Time to wait.</summary>
    public TimeSpan Delay { get; set; } = delay;

    /// <summary>One line shown to operators.</summary>
    public string? Summary { get; set; } = summary;

    /// <summary>Token that cancels the timer.</summary>
    public CancellationToken? CancellationToken { get; set; } = cancellationToken;

    /// <summary>Shallow copy.</summary>
    /// <returns>The copy.</returns>
    public virtual object Clone() => MemberwiseClone();
}
