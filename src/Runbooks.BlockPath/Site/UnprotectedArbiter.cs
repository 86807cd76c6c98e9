using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;

namespace Runbooks.BlockPath.Site;

/// <summary>
/// The arbiter of a joined site: the control plane decides, except over volumes that nobody has protected yet. Such a
/// volume has no peer that
/// could have been promoted, and the control plane has just said that it knows of none: the site's own row decides.
/// </summary>
/// <remarks>
/// A volume with peers is never decided here: if the control plane has lost its row, the volume stays closed and says
/// so, because only the lost
/// row knew who is primary.
/// </remarks>
internal sealed class UnprotectedArbiter(ISiteArbiter controlPlane, ISiteArbiter local, Func<ProtectionId, bool> hasPeers) : ISiteArbiter
{
    public async Task<ArbiterAnswer?> AskAsync(ArbiterRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var answer = await controlPlane.AskAsync(request, cancellation).ConfigureAwait(false);
        return answer is { Refusal.Code: RefusalCodes.ArbiterUnknownProtection } && !hasPeers(request.Protection)
            ? await local.AskAsync(request, cancellation).ConfigureAwait(false)
            : answer;
    }
}
