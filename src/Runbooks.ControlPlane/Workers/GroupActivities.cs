using System.Text.Json;
using Dapper;
using Runbooks.Audit;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Ids;
using Runbooks.Temporal.Activities;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.People;

namespace Runbooks.ControlPlane.Workers;

/// <summary>What the control plane knows, for workflows.</summary>
public sealed class GroupActivities(GroupPictures pictures, Database database, ChangeWriter changes) : IGroupActivities
{
    [Activity]
    public async Task<string> FindGroupHolderAsync(GroupId group) =>
        (await GroupHolders.FindAsync(database, group,
            ActivityExecutionContext.Current.Info.WorkflowId))?.ToString() ?? "another run";

    [Activity]
    public Task<GroupPicture> DescribeGroupAsync(GroupId group) => pictures.DescribeAsync(group);

    [Activity]
    public async Task<PreemptAnswer> PreemptDrillAsync(PreemptRequest request)
    {
        var holder =
            await GroupHolders.FindAsync(database, request.Group, ActivityExecutionContext.Current.Info.WorkflowId);
        if (holder is not { Kind: "drill-isolated" })
        {
            return new PreemptAnswer(false, holder?.ToString() ?? "another run");
        }

        var reason = $"the disaster failover {request.Run} needs the group";
        await changes.CommitAsync(async change =>
        {
            var told = await change.Connection.ExecuteAsync(
                """
                insert into control.run_signals (id, run, name, argument) values (@id, @Run, 'Abort', @argument::jsonb)
                on conflict do nothing
                """,
                new
                {
                    id = $"sig_{request.Run}/{holder.Run}", holder.Run,
                    argument = JsonSerializer.Serialize(new AbortOrder(request.Run, reason)),
                },
                change.Transaction);
            if (told == 1)
            {
                change.Record(new AuditEntry("run.preempted", AuditActor.System("workflow"),
                    new AuditSubject("run", holder.Run))
                {
                    Run = holder.Run, Group = request.Group.ToString(), Reason = reason,
                        Data = new() { ["by"] = request.Run },
                });
                change.Tell(new EventEntry("run.preempted", holder.Run) { Run = holder.Run,
                    Group = request.Group.ToString() });
            }
        });
        return new PreemptAnswer(true, holder.ToString());
    }

    /// <remarks>What is given up stays given up: a late word about its link changes nothing any more.</remarks>
    [Activity]
    public Task RecordProtectionAsync(ProtectionRecord record) => changes.CommitAsync(async change =>
    {
        var changed = await change.Connection.QuerySingleOrDefaultAsync<(string Workload, string Group)?>(
            """
            update control.protections set state = @State, version = version + 1,
              ended_at = case when @State = 'removed' then clock_timestamp() end
            where id = @id and state <> @State and ended_at is null
              and (state <> 'unprotecting' or @State in ('removed', 'unprotect-failed')) returning workload, grp
            """,
            new { id = record.Protection.ToString(), record.State }, change.Transaction);
        await change.Connection.ExecuteAsync(
            """
            update control.workloads set site = @site, version = version + 1
            where id = (select workload from control.protections where id = @id and ended_at is null) and site <> @site
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
