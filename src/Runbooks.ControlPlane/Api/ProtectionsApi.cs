using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Workloads;

namespace Runbooks.ControlPlane.Api;

/// <param name="Standbys">The sites that will hold copies, in this order: at most seven. All are set up by this
/// call's run.</param>
public sealed record ProtectBody(
    string Workload, IReadOnlyList<string> Standbys, ReplicationMode? Mode, OnLinkLoss? OnLinkLoss,
    IfArbiterUnreachable? IfArbiterUnreachable, double? PeerTimeoutSeconds, double? HoldDownSeconds, long? CatchUpBytesPerSecondMax,
    double? RtoSeconds, double? RpoSeconds, double? RecoveryPointEverySeconds, int? RecoveryPointsKept, string? Reason);

public sealed record ProtectedView(ProtectionPolicy Policy, RunView? Run);

/// <summary>Policies of workloads, and the arbiter's row of each.</summary>
internal static class ProtectionsApi
{
    private const int StandbysMax = 7;

    public static void Map(IEndpointRouteBuilder api)
    {
        var protections = api.MapGroup("/protections").WithTags("protections");
        protections.MapGet("", ListAsync).Allow(Access.Read, "listProtections", "Every protection with exposure now.");
        protections.MapGet("/{protection}", GetAsync).Allow(Access.Read, "getProtection", "One protection, by id or workload.");
        ProtectionEndApi.Map(protections);
        ProtectionChangeApi.Map(protections);
        protections.MapPost("", ProtectAsync).Allow(Access.Operate, "protect", "Protect a workload: starts the set-up run.");
    }

    private static async Task<Ok<Page<ProtectionView>>> ListAsync(
        InventoryViews views, Call call, string? group, CancellationToken cancel) =>
        TypedResults.Ok(new Page<ProtectionView>(await views.ProtectionsAsync(group, call.Caller.ReadableGroups(), cancel), null));

    private static async Task<Ok<ProtectionView>> GetAsync(
        string protection, InventoryViews views, Call call, HttpContext context, CancellationToken cancel)
    {
        var all = await views.ProtectionsAsync(null, call.Caller.ReadableGroups(), cancel);
        var found = all.FirstOrDefault(p => p.Id == protection || p.Workload == protection)
            ?? throw ApiRefusals.NotFound("protection", protection);
        ETags.Set(context, found.Version);
        return TypedResults.Ok(found);
    }

    private static async Task<Results<Accepted<ProtectedView>, Ok<ProtectedView>>> ProtectAsync(
        ProtectBody body, Call call, ChangeWriter changes, InventoryStore store, SiteBoard board, RunRows rows,
        bool dryRun = false, CancellationToken cancel = default)
    {
        var workload = await store.WorkloadAsync(body.Workload, cancel) ?? throw ApiRefusals.NotFound("workload", body.Workload);
        call.RequireScope(null, workload.Group, $"group {workload.Group}");
        var standbys = Standbys(body, workload);
        await RequireReadyAsync(board, [SiteId.Parse(workload.Site), .. standbys], cancel);
        var policy = Policy(body, workload, standbys, ProtectionId.Parse(call.NewId(ProtectionId.Prefix)));
        var run = call.NewId(RunId.Prefix);
        await changes.CommitAsync(
            async change =>
            {
                if (await RunDesk.ExistsAsync(change, run))
                {
                    return;
                }

                await InsertAsync(change, policy, run);
                await ProtectionRuns.RequestSetupAsync(change, call, policy, workload.Metadata, run,
                    body.Reason ?? "protect");
            },
            dryRun, cancel);
        return dryRun
            ? TypedResults.Ok(new ProtectedView(policy, null))
            : TypedResults.Accepted($"/api/v1/runs/{run}", new ProtectedView(policy, await rows.GetAsync(run, null, cancel)));
    }

    private static async Task InsertAsync(Change change, ProtectionPolicy policy, string run)
    {
        if (await change.Connection.ExecuteAsync(
            """
            insert into control.protections (id, workload, grp, policy, run) values (@id, @workload, @group, @text::jsonb, @run)
            on conflict do nothing
            """,
            new
            {
                id = policy.Id.ToString(), workload = policy.Workload.ToString(), group = policy.Group.ToString(),
                text = ApiJson.Write(policy), run,
            },
            change.Transaction) == 0)
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.AlreadyProtected, $"Workload {policy.Workload} is protected already.", "It has one protection at a time.",
                "Look at its protection; if its set-up failed, try it again or remove it.", "workload");
        }
    }

    private static List<SiteId> Standbys(ProtectBody body, StoredWorkload workload)
    {
        var standbys = new List<SiteId>();
        for (var i = 0; i < body.Standbys.Count; i++)
        {
            if (!SiteId.TryParse(body.Standbys[i], out var site) || body.Standbys[i] == workload.Site || standbys.Contains(site))
            {
                throw ApiRefusals.Field(
                    $"standbys[{i}]", $"'{body.Standbys[i]}' is not another site than {workload.Site}, named once.", "Name a different site.");
            }

            standbys.Add(site);
        }

        // The data path's slots: a mask of peers is one byte, and the primary of a failover needs one for the site it
        // came from.
        return standbys.Count switch
        {
            0 => throw ApiRefusals.Field("standbys", "It is empty.", "Name at least one site."),
            > StandbysMax =>
                throw ApiRefusals.Field("standbys", $"It names {standbys.Count} sites.",
                    $"Name at most {StandbysMax}."),
            _ => standbys,
        };
    }

    internal static async Task RequireReadyAsync(SiteBoard board, IReadOnlyList<SiteId> sites, CancellationToken cancel)
    {
        var reports = await board.AllAsync(cancel);
        foreach (var site in sites)
        {
            if (!reports.TryGetValue(site.ToString(), out var report) || report.AgeSeconds > 30)
            {
                throw ApiRefusals.Refuse(
                    ApiRefusalCodes.SiteNotReady, $"The agent of site {site} is not connected.",
                    report is null ? "It never reported." : $"Its last report is {report.AgeSeconds:0} s old.",
                    "Start the agent, or enrol the site.", "standbys");
            }
        }
    }

    private static ProtectionPolicy Policy(ProtectBody body, StoredWorkload workload, List<SiteId> standbys, ProtectionId id)
    {
        var policy = new ProtectionPolicy(id, workload.Metadata.Id, GroupId.Parse(workload.Group), SiteId.Parse(workload.Site), standbys);
        return policy with
        {
            Mode = body.Mode ?? policy.Mode, OnLinkLoss = body.OnLinkLoss ?? policy.OnLinkLoss,
            IfArbiterUnreachable = body.IfArbiterUnreachable ?? policy.IfArbiterUnreachable,
            PeerTimeoutSeconds = InRange("peerTimeoutSeconds", body.PeerTimeoutSeconds ?? policy.PeerTimeoutSeconds, 0.5, 300),
            HoldDownSeconds = InRange("holdDownSeconds", body.HoldDownSeconds ?? policy.HoldDownSeconds, 0, 3600),
            CatchUpBytesPerSecondMax = (long)InRange(
                "catchUpBytesPerSecondMax", body.CatchUpBytesPerSecondMax ?? policy.CatchUpBytesPerSecondMax, 0, long.MaxValue),
            RtoSeconds = InRange("rtoSeconds", body.RtoSeconds ?? policy.RtoSeconds, 1, 864_000),
            RpoSeconds = InRange("rpoSeconds", body.RpoSeconds ?? policy.RpoSeconds, 0, 864_000),
            RecoveryPointEverySeconds = PointsEvery(body.RecoveryPointEverySeconds ?? policy.RecoveryPointEverySeconds),
            RecoveryPointsKept = (int)InRange("recoveryPointsKept", body.RecoveryPointsKept ?? policy.RecoveryPointsKept, 1, 10_000),
        };
    }

    // More often than this, making a point costs more than what it would save.
    internal static double PointsEvery(double seconds) =>
        seconds == 0 ? 0 : InRange("recoveryPointEverySeconds", seconds, 60, 864_000);

    internal static double InRange(string field, double value, double least, double most) =>
        value >= least && value <= most ? value
        : throw ApiRefusals.Field(field, $"{value} is not between {least} and {most}.", "Choose a value in that range.");
}
