namespace Runbooks.Temporal.Workflows;

/// <summary>Options of a signal to a child.</summary>
public class ChildWorkflowSignalOptions : ICloneable
{
    /// <summary>Token that cancels the signal while it is not sent. Default: null, the workflow's own.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>Shallow copy.</summary>
    /// <returns>The copy.</returns>
    public virtual object Clone() => MemberwiseClone();
}
