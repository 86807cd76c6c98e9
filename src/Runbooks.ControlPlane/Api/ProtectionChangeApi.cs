using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.States;
using Runbooks.Domain.Workloads;

namespace Runbooks.ControlPlane.Api;

/// <summary>What is absent stays as it is. The parts below the objectives are the data path's.</summary>
public sealed record ProtectionChange(
    string Reason, double? RtoSeconds, double? RpoSeconds, double? RecoveryPointEverySeconds, int? RecoveryPointsKept,
    ReplicationMode? Mode, OnLinkLoss? OnLinkLoss, IfArbiterUnreachable? IfArbiterUnreachable,
    double? PeerTimeoutSeconds, double? HoldDownSeconds, long? CatchUpBytesPerSecondMax);

/// <summary>Changes a policy while the protection goes on.</summary>
/// <remarks>
/// Objectives and the schedule of recovery points are the control plane's own. How a primary treats its links is held
/// by every copy's record, so that a copy that is promoted by itself behaves as promised: both sides would have to take
/// a change in one step, which no procedure does yet. It is refused with the way that exists.
/// </remarks>
internal static class ProtectionChangeApi
{
    public static void Map(RouteGroupBuilder protections) =>
        protections.MapPatch("/{protection}", ChangeAsync)
            .Allow(Access.Operate, "changeProtection", "Change objectives and the schedule of recovery points.");

    private static async Task<Ok<ProtectionPolicy>> ChangeAsync(
        string protection, ProtectionChange body, HttpContext context, Call call, ChangeWriter changes,
        InventoryStore store, bool dryRun = false, CancellationToken cancel = default)
    {
        if (body.Reason.Trim().Length < 3)
        {
            throw ApiRefusals.Field("reason", "It is missing.", "Say why; it is recorded.");
        }

        var stored = await store.ProtectionAsync(protection, cancel)
            ?? throw ApiRefusals.NotFound("protection", protection);
        call.RequireScope(null, stored.Group, $"group {stored.Group}");
        ETags.Require(context, "protection", stored.Id, stored.Version);
        RequireOursOnly(body, stored.Policy);
        var policy = stored.Policy with
        {
            RtoSeconds = ProtectionsApi.InRange(
                "rtoSeconds", body.RtoSeconds ?? stored.Policy.RtoSeconds, 1, 864_000),
            RpoSeconds = ProtectionsApi.InRange(
                "rpoSeconds", body.RpoSeconds ?? stored.Policy.RpoSeconds, 0, 864_000),
            RecoveryPointEverySeconds = ProtectionsApi.PointsEvery(
                body.RecoveryPointEverySeconds ?? stored.Policy.RecoveryPointEverySeconds),
            RecoveryPointsKept = (int)ProtectionsApi.InRange(
                "recoveryPointsKept", body.RecoveryPointsKept ?? stored.Policy.RecoveryPointsKept, 1, 10_000),
        };
        await changes.CommitAsync(
            async change =>
            {
                var version = await change.Connection.ExecuteScalarAsync<long?>(
                    """
                    update control.protections set policy = @policy::jsonb, version = version + 1
                    where id = @Id and version = @Version and ended_at is null returning version
                    """,
                    new { stored.Id, stored.Version, policy = ApiJson.Write(policy) }, change.Transaction)
                    ?? throw ApiRefusals.Changed("protection", stored.Id, stored.Version + 1);
                ETags.Set(context, version);
                change.Record(call.Audit("protection.changed", "protection", stored.Id) with
                {
                    Group = stored.Group, Reason = body.Reason,
                    Data = new() { ["before"] = ApiJson.Write(stored.Policy), ["after"] = ApiJson.Write(policy) },
                });
                change.Tell(new EventEntry("protection.changed", stored.Id) { Group = stored.Group });
            },
            dryRun, cancel);
        return TypedResults.Ok(policy);
    }

    private static void RequireOursOnly(ProtectionChange body, ProtectionPolicy now)
    {
        (string Field, bool IsChanged)[] held =
        [
            ("mode", body.Mode is { } mode && mode != now.Mode),
            ("onLinkLoss", body.OnLinkLoss is { } loss && loss != now.OnLinkLoss),
            ("ifArbiterUnreachable",
                body.IfArbiterUnreachable is { } unreachable && unreachable != now.IfArbiterUnreachable),
            ("peerTimeoutSeconds", body.PeerTimeoutSeconds is { } silence && silence != now.PeerTimeoutSeconds),
            ("holdDownSeconds", body.HoldDownSeconds is { } hold && hold != now.HoldDownSeconds),
            ("catchUpBytesPerSecondMax",
                body.CatchUpBytesPerSecondMax is { } rate && rate != now.CatchUpBytesPerSecondMax),
        ];
        if (held.FirstOrDefault(h => h.IsChanged).Field is { } field)
        {
            throw ApiRefusals.Field(
                field, "It is held by the agents of every copy and is not changed while they replicate.",
                "Remove the protection with its copies kept or deleted, then protect the workload anew with it.");
        }
    }
}
