using Dapper;
using Runbooks.Audit;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Ids;
using Runbooks.Temporal.Activities;
using Runbooks.Workflows.Control;

namespace Runbooks.ControlPlane.Workers;

/// <summary>What the control plane knows, for workflows.</summary>
public sealed class GroupActivities(GroupPictures pictures, ChangeWriter changes) : IGroupActivities
{
    [Activity]
    public Task<GroupPicture> DescribeGroupAsync(GroupId group) => pictures.DescribeAsync(group);

    [Activity]
    public Task RecordProtectionAsync(ProtectionRecord record) => changes.CommitAsync(async change =>
    {
        var changed = await change.Connection.QuerySingleOrDefaultAsync<(string Workload, string Group)?>(
            """
            update control.protections set state = @State, version = version + 1,
              ended_at = case when @State = 'removed' then clock_timestamp() end
            where id = @id and state <> @State returning workload, grp
            """,
            new { id = record.Protection.ToString(), record.State }, change.Transaction);
        await change.Connection.ExecuteAsync(
            """
            update control.workloads set site = @site, version = version + 1
            where id = (select workload from control.protections where id = @id) and site <> @site
            """,
            new { id = record.Protection.ToString(), site = record.Primary.ToString() }, change.Transaction);
        if (changed is not { } row)
        {
            return;
        }

        change.Record(new AuditEntry(
            $"protection.{record.State}", AuditActor.System("workflow"), new AuditSubject("protection", record.Protection.ToString()))
        {
            Group = row.Group, Site = record.Primary.ToString(), Reason = record.Cause,
        });
        change.Tell(new EventEntry($"protection.{record.State}", record.Protection.ToString())
        {
            Group = row.Group, Site = record.Primary.ToString(), Data = new() { ["cause"] = record.Cause, ["workload"] = row.Workload },
        });
    });
}
