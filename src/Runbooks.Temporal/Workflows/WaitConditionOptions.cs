namespace Runbooks.Temporal.Workflows;

/// <summary>A condition to wait for.</summary>
/// <param name="conditionCheck">Condition; must be cheap and without side effects.</param>
/// <param name="timeout">Longest wait. Default: null, no limit.</param>
/// <param name="timeoutSummary">Label of the timeout's timer.</param>
/// <param name="cancellationToken">Token that cancels the wait. Default: null, the workflow's own.</param>
public class WaitConditionOptions(
    Func<bool> conditionCheck,
    TimeSpan? timeout = null,
    string? timeoutSummary = null,
    CancellationToken? cancellationToken = null)
    : ICloneable
{
    /// <summary>Condition.</summary>
    public Func<bool> ConditionCheck { get; set; } = conditionCheck;

    /// <summary>Longest wait.</summary>
    public TimeSpan? Timeout { get; set; } = timeout;

    /// <summary>Label of the timeout's timer.</summary>
    public string? TimeoutSummary { get; set; } = timeoutSummary;

    /// <summary>Token that cancels the wait.</summary>
    public CancellationToken? CancellationToken { get; set; } = cancellationToken;

    /// <summary>Shallow copy.</summary>
    /// <returns>The copy.</returns>
    public virtual object Clone() => MemberwiseClone();
}
