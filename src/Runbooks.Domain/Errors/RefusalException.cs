namespace Runbooks.Domain.Errors;

/// <summary>
/// Carries a <see cref="Refusal"/> through code that has no value to return it in, up to a declared boundary.
/// </summary>
public sealed class RefusalException : Exception
{
    /// <summary>Wraps a refusal.</summary>
    public RefusalException(Refusal refusal, Exception? innerException = null)
        : base(refusal?.ToString(), innerException)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        Refusal = refusal;
    }

    /// <summary>The refusal.</summary>
    public Refusal Refusal { get; }
}
