using Dapper;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Errors;
using Runbooks.Domain.States;
using Runbooks.Temporal.Activities;
using Runbooks.Workflows.Control;

namespace Runbooks.ControlPlane.Workers;

/// <summary>Requests the runs of the calendar, on behalf of whoever made the schedule.</summary>
public sealed class ScheduleActivities(Database database, RunPlanner planner, RunDesk desk) : IScheduleActivities
{
    [Activity]
    public async Task<string> StartScheduledRunAsync(ScheduledFiring firing)
    {
        var row = await database.ReadAsync(c => c.QuerySingleOrDefaultAsync<Row>(
            """
            select s.title, s.runbook, s.grp, s.inputs::text as inputs, u.id as user_id, u.name
            from control.schedules s join control.users u on u.id = s.created_by
            where s.id = @Schedule and s.removed_at is null and not s.paused
            """,
            new { firing.Schedule }));
        if (row is null)
        {
            return "The schedule was removed or paused.";
        }

        // The firing is the idempotency key: the same one again makes the same run id.
        var call = new Call();
        call.Authenticated(
            new Caller(row.User_Id, row.Name, "schedule", [new RoleBinding(AccessRole.Operator, null, null)]),
            new AccessRequirement(Access.Operate));
        call.Keyed(firing.WorkflowId);
        var body = new RunBody(
            row.Runbook, $"schedule {row.Title}", null, row.Grp, ApiJson.Read<Dictionary<string, string>>(row.Inputs));
        try
        {
            var plan = await planner.PlanAsync(body, row.Name, null, CancellationToken.None);
            return (await desk.StartAsync(plan, body, call, CancellationToken.None)).Id;
        }
        catch (RefusalException refused)
        {
            // A refused start is the answer of this firing, not a reason to try the same one for ever.
            return refused.Refusal.ToString();
        }
    }

    private sealed record Row(string Title, string Runbook, string? Grp, string Inputs, string User_Id, string Name);
}
