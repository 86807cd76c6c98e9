using Runbooks.BlockPath.Site;
using Runbooks.Temporal.Activities;
using Runbooks.Workflows.Sites;

namespace Runbooks.SiteAgent.Activities;

/// <summary>The role activities of this site.</summary>
public sealed class RoleActivities(ISite site) : IRoleActivities
{
    /// <inheritdoc/>
    [Activity]
    public async Task<QuiesceResult> QuiesceAsync(QuiesceRequest request)
    {
        var facts = await ActivityBoundary.RunAsync(() => site.Roles.QuiesceAsync(request.Key.ToString(), request.Protection));
        return new QuiesceResult(facts.Mark, facts.PauseMilliseconds);
    }

    /// <inheritdoc/>
    [Activity]
    public Task ResumeAsync(ResumeRequest request) =>
        ActivityBoundary.RunAsync(() => site.Roles.ResumeAsync(request.Key.ToString(), request.Protection));

    /// <inheritdoc/>
    [Activity]
    public async Task<SealResult> SealAsync(SealRequest request)
    {
        var facts = await ActivityBoundary.RunAsync(() => site.Roles.SealAsync(request.Key.ToString(), request.Protection, request.Row));
        return new SealResult(facts.Position, facts.RecoveryPoint, facts.SealedAt);
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<PromoteResult> PromoteAsync(PromoteRequest request)
    {
        var facts = await ActivityBoundary.RunAsync(() =>
            site.Roles.PromoteAsync(request.Key.ToString(), request.Protection, request.Row, request.Point));
        return new PromoteResult(facts.Exports, facts.NbdAddress, facts.Generation);
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<MeetResult> MeetAsync(MeetRequest request)
    {
        var facts = await ActivityBoundary.RunAsync(() =>
            site.Roles.MeetAsync(request.Key.ToString(), request.Protection, request.Row, request.PrimaryAddress));
        return new MeetResult(facts.Diverged, facts.DivergedBytes, facts.KeptPoint)
        {
            Ranges = [.. facts.Ranges.Select(r => new DivergedRange(r.Volume, r.Offset, r.Length))],
            RangeCount = facts.RangeCount,
        };
    }
}
