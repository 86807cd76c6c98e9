using Runbooks.BlockPath.Site;
using Runbooks.Domain.Errors;
using Runbooks.Domain.States;
using Runbooks.SiteAgent.Machines;
using Runbooks.Temporal.Activities;
using Runbooks.Workflows.Sites;

namespace Runbooks.SiteAgent.Activities;

/// <summary>The recovery point activities of this site. What a run makes is remembered under the run, so that it can be removed by it.</summary>
public sealed class RecoveryPointActivities(ISite site, MachineRegistry machines, RunLedger ledger) : IRecoveryPointActivities
{
    /// <inheritdoc/>
    [Activity]
    public async Task<RecoveryPointResult> CreateRecoveryPointAsync(CreateRecoveryPointRequest request)
    {
        var facts = await ActivityBoundary.RunAsync(() =>
            site.Points.CreateAsync(request.Key.ToString(), request.Protection, request.Reason));

        // A redelivered create answers with the same point, so a crash between the two lines loses nothing. Periodic
        // points belong to no run that would drop them: a schedule that fires for years must not grow the ledger.
        if (request.Reason != RecoveryPointReason.Periodic)
        {
            ledger.Remember(request.Key.Run, request.Protection, facts.Point);
        }

        return Result(facts);
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<RecoveryPointResult> VerifyRecoveryPointAsync(RecoveryPointRequest request) =>
        Result(await ActivityBoundary.RunAsync(() => site.Points.VerifyAsync(
            request.Protection, request.Point, ActivityExecutionContext.Current.CancellationToken)));

    /// <inheritdoc/>
    [Activity]
    public Task DropRecoveryPointAsync(RecoveryPointRequest request) =>
        ActivityBoundary.RunAsync(() => site.Points.DropAsync(request.Protection, request.Point));

    /// <inheritdoc/>
    [Activity]
    public async Task DropRecoveryPointsOfAsync(RunPointsRequest request)
    {
        foreach (var point in ledger.PointsOf(request.Key.Run, request.Protection))
        {
            await ActivityBoundary.RunAsync(() => site.Points.DropAsync(request.Protection, point));
        }

        ledger.Forget(request.Key.Run, request.Protection);
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<CloneResult> CreateCloneAsync(CreateCloneRequest request)
    {
        var facts = await ActivityBoundary.RunAsync(() => site.Points.CreateCloneAsync(
            request.Key.ToString(), request.Key.Run, request.Protection, request.Point));
        return new CloneResult(facts.Id, facts.Exports, facts.NbdAddress);
    }

    /// <inheritdoc/>
    [Activity]
    public Task<TearDownResult> TearDownAsync(TearDownRequest request) => ActivityBoundary.RunAsync<TearDownResult>(async () =>
    {
        // Machines first: a clone cannot go while a machine holds it.
        var stopped = await machines.StopRunAsync(request.Key.Run, CancellationToken.None);
        var removed = await site.Points.TearDownAsync(request.Key.Run);
        return new TearDownResult([.. stopped, .. removed]);
    });

    private static RecoveryPointResult Result(PointFacts facts) =>
        new(facts.Point, facts.At, facts.Digest, facts.PauseMilliseconds);
}
