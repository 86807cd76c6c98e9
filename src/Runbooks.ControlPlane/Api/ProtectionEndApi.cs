using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;

namespace Runbooks.ControlPlane.Api;

public sealed record RetryBody(string? Reason);

/// <summary>What becomes of a protection after its first request: a set-up is tried again, or it is given up.</summary>
internal static class ProtectionEndApi
{
    public static void Map(RouteGroupBuilder protections)
    {
        protections.MapPost("/{protection}/retry", RetryAsync)
            .Allow(Access.Operate, "retryProtection", "Try a failed set-up again: starts a new set-up run.");
        protections.MapDelete("/{protection}", RemoveAsync)
            .Allow(Access.Operate, "removeProtection",
                "Give the protection up: starts the removal run; dryRun=true explains instead.");
    }

    private static async Task<Results<Accepted<ProtectedView>, Ok<ProtectedView>>> RetryAsync(
        string protection, RetryBody body, HttpContext context, Call call, ChangeWriter changes,
            InventoryStore store, SiteBoard board,
        RunRows rows, bool dryRun = false, CancellationToken cancel = default)
    {
        var stored =
            await FindAsync(protection, store, call, cancel) ?? throw ApiRefusals.NotFound("protection", protection);
        ETags.Require(context, "protection", stored.Id, stored.Version);
        var workload =
            await store.WorkloadAsync(stored.Workload, cancel) ?? throw ApiRefusals.NotFound("workload",
                stored.Workload);
        await ProtectionsApi.RequireReadyAsync(board, [stored.Policy.HomeSite, .. stored.Policy.Standbys], cancel);
        var run = call.NewId(RunId.Prefix);
        await changes.CommitAsync(
            async change =>
            {
                if (await RunDesk.ExistsAsync(change, run))
                {
                    return;
                }

                var now = await LockAsync(change, stored.Id);
                if (now.State != "setup-failed")
                {
                    throw ApiRefusals.Refuse(
                        ApiRefusalCodes.NotRetryable, $"The set-up of {stored.Id} is not one that failed.",
                            $"Its state is {now.State}.",
                        "Look at the protection and at its run.");
                }

                await GroupHolders.RequireFreeAsync(change, stored.Policy.Group);
                await change.Connection.ExecuteAsync(
                    "update control.protections set state = 'requested' where id = @Id", new { stored.Id },
                        change.Transaction);
                await ProtectionRuns.RequestSetupAsync(
                    change, call, stored.Policy, workload.Metadata, run, body.Reason ?? "the set-up is tried again");
            },
            dryRun, cancel);
        return dryRun
            ? TypedResults.Ok(new ProtectedView(stored.Policy, null))
            : TypedResults.Accepted($"/api/v1/runs/{run}",
                new ProtectedView(stored.Policy, await rows.GetAsync(run, null, cancel)));
    }

    private static async Task<Results<Accepted<RunView>, Ok<ExplainView>>> RemoveAsync(
        string protection, HttpContext context, Call call, ChangeWriter changes, InventoryStore store,
        RemovalFacts facts, RunRows rows, bool keepCopies = true, bool force = false, string? confirm = null,
        string? reason = null, string? planHash = null, bool dryRun = false, CancellationToken cancel = default)
    {
        // The same request again, after a crash: what it asked for may be done by now, and the protection gone.
        var run = call.NewId(RunId.Prefix);
        if (await rows.FindAsync(run, cancel) is { } made)
        {
            return TypedResults.Accepted($"/api/v1/runs/{run}", made);
        }

        var stored =
            await FindAsync(protection, store, call, cancel) ?? await RemovedAsync(protection, keepCopies, store,
                call, cancel);
        ETags.Require(context, "protection", stored.Id, stored.Version);
        var removal = await facts.OfAsync(stored, keepCopies, force, cancel);
        if (dryRun)
        {
            await changes.CommitAsync(change => RequireFreeAsync(change, stored), dryRun: true, cancel);
            return TypedResults.Ok(removal.Explain());
        }

        RunDesk.RequireSamePlan(planHash, removal.PlanHash);
        RequireConfirmed(removal, confirm, reason);
        var generations = await facts.GenerationsAsync(removal, cancel);
        await changes.CommitAsync(
            async change =>
            {
                if (await RunDesk.ExistsAsync(change, run))
                {
                    return;
                }

                await RequireFreeAsync(change, stored);
                await ProtectionRuns.RequestRemovalAsync(
                    change, call, removal, run, reason ?? "remove the protection", generations);
            },
            cancel: cancel);
        return TypedResults.Accepted($"/api/v1/runs/{run}", await rows.GetAsync(run, null, cancel));
    }

    private static void RequireConfirmed(ProtectionRuns.Removal removal, string? confirm, string? reason)
    {
        if (!removal.IsForced)
        {
            return;
        }

        if (reason is null || reason.Trim().Length < 3)
        {
            throw ApiRefusals.Field("reason", "It is missing.", "Say why the site will not come back; it is recorded.");
        }

        var name = removal.Policy.Workload.ToString();
        if (confirm != name)
        {
            throw new RefusalException(new Refusal(
                ApiRefusalCodes.ConfirmationMissing, $"The removal of {removal.Policy.Id} by force is not confirmed.",
                "After it nobody can fail over to the copies that are left.",
                $"Fail over instead, or repeat it with confirm={name}.")
            {
                Field = "confirm", Details = new Dictionary<string, string> { ["confirm"] = name },
            });
        }
    }

    private static async Task RequireFreeAsync(Change change, StoredProtection stored)
    {
        var now = await LockAsync(change, stored.Id);
        await GroupHolders.RequireFreeAsync(change, stored.Policy.Group, alsoDrills: true, setup: now.Run);
    }

    // Starters of one group take turns: what the one before made is seen by the look after the lock.
    private static async Task<(string State, string? Run)> LockAsync(Change change, string id)
    {
        await change.Connection.ExecuteAsync(
            "select 1 from control.groups where id = (select grp from control.protections where id = @id) for update",
            new { id }, change.Transaction);
        return await change.Connection.QuerySingleAsync<(string, string?)>(
            "select state, run from control.protections where id = @id for update", new { id }, change.Transaction);
    }

    private static async Task<StoredProtection?> FindAsync(string protection, InventoryStore store, Call call,
        CancellationToken cancel)
    {
        var stored = await store.ProtectionAsync(protection, cancel);
        if (stored is not null)
        {
            call.RequireScope(null, stored.Group, $"group {stored.Group}");
        }

        return stored;
    }

    // A removed protection is found by its id only, and only to delete the copies that were kept of it.
    private static async Task<StoredProtection> RemovedAsync(
        string protection, bool keepCopies, InventoryStore store, Call call, CancellationToken cancel)
    {
        var stored =
            await store.RemovedProtectionAsync(protection, cancel) ?? throw ApiRefusals.NotFound("protection",
                protection);
        call.RequireScope(null, stored.Group, $"group {stored.Group}");
        return keepCopies
            ? throw ApiRefusals.Refuse(
                ApiRefusalCodes.AlreadyRemoved, $"Protection {stored.Id} is removed already.",
                    "Its copies, if any, are kept and fenced.",
                "To delete them too, ask with keepCopies=false.", "keepCopies")
            : stored;
    }
}
