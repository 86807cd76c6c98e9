using System.Text.Json;
using Dapper;
using Runbooks.Audit;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Text;
using Runbooks.Domain.Workloads;
using Runbooks.Workflows.RecoveryPoint;

namespace Runbooks.ControlPlane.Runs;

/// <summary>
/// The runs that make and drop recovery points. They touch no production, so they hold no group; what they are about to
/// drop is marked in the same commit, so that no failover or drill can choose it any more.
/// </summary>
internal static class RecoveryPointRuns
{
    public const string Kind = "recovery-point";

    public static async Task RequestAsync(
        Change change, AuditEntry audit, ProtectionPolicy policy, RecoveryPointInput input, string by, string reason)
    {
        var hash = RunPlanner.HashOf(
            Kind, policy.Group,
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["protection"] = policy.Id.ToString(), ["sites"] = string.Join(',', input.Sites),
                ["drop"] = string.Join(',', input.Drop.Select(d => $"{d.Site}:{d.Point}")),
            },
            []);
        await RunDesk.InsertAsync(change, new NewRun(
            input.Run, Kind, false, null, null, null, hash, policy.Group.ToString(), "RecoveryPoint",
            $"{Kind}/{policy.Id}/{input.Run}", JsonSerializer.Serialize(input), reason, by, 0, TimeSpan.FromMinutes(30),
            "approver", "{}", "{}"));
        foreach (var due in input.Drop)
        {
            await change.Connection.ExecuteAsync(
                "update control.recovery_points set dropping = @Run where id = @point and site = @site",
                new { input.Run, point = due.Point.ToString(), site = due.Site.ToString() }, change.Transaction);
        }

        change.Record(audit with
        {
            Run = input.Run, Group = policy.Group.ToString(), Reason = reason,
            Data = new()
            {
                ["kind"] = Kind, ["real"] = false, ["planHash"] = hash, ["protection"] = policy.Id.ToString(),
                ["workload"] = policy.Workload.ToString(), ["why"] = KebabCase.Of(input.Reason),
                ["sites"] = string.Join(',', input.Sites),
                ["drop"] = string.Join(',', input.Drop.Select(d => $"{d.Site}:{d.Point}")),
            },
        });
        change.Tell(new EventEntry("run.requested", input.Run) { Run = input.Run, Group = policy.Group.ToString() });
    }
}
