namespace Runbooks.Domain.Errors;

/// <summary>
/// The environment failed: time heals it, or an operator does. Retried when <see cref="IsTransient"/>.
/// </summary>
public class Fault : Exception
{
    /// <summary>Makes a fault.</summary>
    /// <param name="side">Where it came from.</param>
    /// <param name="stage">What was being done: <c>fdatasync</c>, <c>connect</c>, <c>commit</c>.</param>
    /// <param name="message">What happened, with numbers.</param>
    /// <param name="isTransient">Whether trying again can help.</param>
    /// <param name="innerException">The cause, kept whole.</param>
    public Fault(FaultSide side, string stage, string message, bool isTransient, Exception? innerException = null)
        : base(message, innerException)
    {
        Side = side;
        Stage = stage;
        IsTransient = isTransient;
    }

    /// <summary>Where it came from.</summary>
    public FaultSide Side { get; }

    /// <summary>What was being done.</summary>
    public string Stage { get; }

    /// <summary>Whether trying again can help.</summary>
    public bool IsTransient { get; }

    /// <summary>When to try again; null leaves it to the caller's policy.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
