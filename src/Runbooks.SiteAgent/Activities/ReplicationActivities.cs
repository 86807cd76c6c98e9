using Runbooks.BlockPath.Site;
using Runbooks.Temporal.Activities;
using Runbooks.Workflows.Sites;

namespace Runbooks.SiteAgent.Activities;

/// <summary>The replication activities of this site.</summary>
public sealed class ReplicationActivities(ISite site) : IReplicationActivities
{
    /// <inheritdoc/>
    [Activity]
    public async Task<TargetCheck> CheckTargetAsync(CheckTargetRequest request)
    {
        var facts = await ActivityBoundary.RunAsync(() => site.Replication.CheckTarget(request.Policy, request.Workload));
        return new TargetCheck(facts.AgentVersion, facts.FreeBytes, facts.NeededBytes, facts.SiteTime, facts.WanAddress);
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<SourceCheck> CheckSourceAsync(CheckSourceRequest request)
    {
        var facts = await ActivityBoundary.RunAsync(() => site.Replication.CheckSource(request.Policy, request.Workload));
        return new SourceCheck(facts.AgentVersion, facts.TotalBytes, facts.AllocatedBytes, facts.SiteTime);
    }

    /// <inheritdoc/>
    [Activity]
    public Task CreateStandbyAsync(CreateStandbyRequest request) => ActivityBoundary.RunAsync(() =>
        site.Replication.CreateStandbyAsync(request.Key.ToString(), request.Policy, request.Workload, request.Primary));

    /// <inheritdoc/>
    [Activity]
    public Task RemoveStandbyAsync(RemoveStandbyRequest request) => ActivityBoundary.RunAsync(() =>
        site.Replication.RemoveStandbyAsync(request.Key.ToString(), request.Protection, request.KeepImages));

    /// <inheritdoc/>
    [Activity]
    public Task BeginTrackingAsync(BeginTrackingRequest request) => ActivityBoundary.RunAsync(() =>
        site.Replication.BeginTrackingAsync(
            request.Key.ToString(), request.Policy, request.Workload, request.Standby, request.StandbyAddress));

    /// <inheritdoc/>
    [Activity]
    public Task EndTrackingAsync(EndTrackingRequest request) => ActivityBoundary.RunAsync(() =>
        site.Replication.EndTrackingAsync(request.Key.ToString(), request.Protection, request.Standby));

    /// <inheritdoc/>
    [Activity]
    public Task ReleaseStandbyAsync(ReleaseStandbyRequest request) => ActivityBoundary.RunAsync(() =>
        site.Replication.ReleaseStandbyAsync(request.Key.ToString(), request.Protection, request.Generation));

    /// <inheritdoc/>
    [Activity]
    public async Task<CopyResult> FullCopyAsync(CopyRequest request)
    {
        var context = ActivityExecutionContext.Current;
        var facts = await ActivityBoundary.RunAsync(() => site.Replication.FullCopyAsync(
            request.Key.ToString(), request.Volume, request.Standby, new HeartbeatProgress(context), context.CancellationToken));
        return new CopyResult(facts.VolumeBytes, facts.SentBytes, facts.HoleBytes, facts.Seconds);
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<CatchUpResult> CatchUpAsync(CatchUpRequest request)
    {
        var context = ActivityExecutionContext.Current;
        var facts = await ActivityBoundary.RunAsync(() => site.Replication.CatchUpAsync(
            request.Key.ToString(), request.Protection, request.Standby, new HeartbeatProgress(context), context.CancellationToken));
        return new CatchUpResult(facts.SentBytes, facts.Rounds, facts.Seconds, facts.ExposureBytesMax, facts.ArbiterVersion);
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<CompareResult> CompareAsync(CompareRequest request)
    {
        var facts = await ActivityBoundary.RunAsync(() => site.Replication.CompareAsync(
            request.Protection, request.Standby, request.RangesMax, ActivityExecutionContext.Current.CancellationToken));
        return new CompareResult(facts.ComparedBytes, facts.Differences);
    }
}
