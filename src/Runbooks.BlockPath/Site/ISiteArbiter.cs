using Runbooks.Domain.Arbiter;

namespace Runbooks.BlockPath.Site;

/// <summary>Where a site asks who may write alone and who is primary.</summary>
public interface ISiteArbiter
{
    /// <summary>
    /// The answer, or null when no arbiter answered: then nothing is known, not even whether the request took effect.
    /// </summary>
    Task<ArbiterAnswer?> AskAsync(ArbiterRequest request, CancellationToken cancellation);
}
