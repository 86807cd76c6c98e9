using Dapper;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;

namespace Runbooks.ControlPlane.Runs;

/// <summary>Finds who holds a group, for those who are refused because of it.</summary>
public static class GroupHolders
{
    private const string Select =
        """
        select id as run, kind, state, coalesce(started_at, requested_at) as since from control.runs
        where grp = @group and ended_at is null and state in ('requested', 'running', 'asking', 'paused', 'aborting')
        """;

    /// <summary>
    /// Refuses while another run holds the group. A drill holds it too, for whoever asks with
    /// <paramref name="alsoDrills"/>; a set-up only
    /// for its own protection, whose run is named.
    /// </summary>
    public static async Task RequireFreeAsync(Change change, GroupId group, bool alsoDrills = false,
        string? setup = null)
    {
        var holder = await change.Connection.QueryFirstOrDefaultAsync<GroupHolder>(
            $"""
            {Select} and (is_real or @alsoDrills) and (kind <> 'setup' or id = @setup) order by requested_at limit 1
            """,
            new { group = group.ToString(), alsoDrills, setup }, change.Transaction);
        if (holder is not null)
        {
            throw Busy(group, holder);
        }
    }

    /// <summary>
    /// The run that took the group's lease: the earliest one that was started, other than the asker's own.
    /// </summary>
    public static Task<GroupHolder?> FindAsync(Database database, GroupId group, string exceptWorkflow) =>
        database.ReadAsync(
        c => c.QueryFirstOrDefaultAsync<GroupHolder>(
            $"{Select} and start_state = 'started' and kind <> 'setup' and workflow_id <> @exceptWorkflow "
                + "order by started_at limit 1",
            new { group = group.ToString(), exceptWorkflow }));

    public static RefusalException Busy(GroupId group, GroupHolder holder) => new(new Refusal(
        ApiRefusalCodes.GroupBusy, $"Group {group} is held by another run.",
            $"It is held by {holder}, which has not ended.",
        $"Wait for it, or abort it: runbooks run abort {holder.Run}.")
    {
        Details = new Dictionary<string, string>
        {
            ["run"] = holder.Run, ["kind"] = holder.Kind, ["state"] = holder.State,
            ["since"] = holder.Since.ToUniversalTime().ToString("O"),
        },
    });
}
