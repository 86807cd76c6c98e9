using Dapper;
using Npgsql;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Agents;
using Runbooks.Domain.Ids;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Client.Schedules;
using Runbooks.Temporal.Exceptions;
using Runbooks.Workflows.RecoveryPoints;
using Temporalio.Api.Enums.V1;

namespace Runbooks.ControlPlane.Runs;

/// <summary>
/// Keeps one schedule of recovery points per protection in the engine, as its policy says: written there first, then
/// marked. A crash in between writes the same schedule again.
/// </summary>
public sealed class PointScheduleKeeper(
    Database database, EngineLink engine, Leadership leadership, ILogger<PointScheduleKeeper> log)
    : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    // Points that were missed for longer are not made up for: they would all show the same state.
    private static readonly TimeSpan CatchUpWithin = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        leadership.WhileActiveAsync(LoopAsync, stoppingToken);

    private async Task LoopAsync(CancellationToken cancel)
    {
        var client = await engine.ClientAsync(cancel);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                foreach (var row in await DueAsync(cancel))
                {
                    await WriteAsync(client, row);
                    await database.WriteAsync(
                        t => t.Connection!.ExecuteAsync(
                            "update control.protections set points_every = @Every where id = @Id", row, t),
                        cancel);
                }
            }
            catch (Exception fault) when (fault is RpcException or NpgsqlException or HttpRequestException
                or TimeoutException or CommitOutcomeUnknownException)
            {
                log.LogWarning("The schedules of recovery points are not in step yet: {Message}", fault.Message);
            }

            // Not woken by events: a lossy hour makes thousands of them, and none is about a schedule of minutes.
            await Task.Delay(LookEvery, cancel);
        }
    }

    // While a protection is being set up there is nothing to keep points of.
    private Task<List<Row>> DueAsync(CancellationToken cancel) => database.ReadAsync(
        async c => (await c.QueryAsync<Row>(
            """
            select id, created_at, every from (
              select id, created_at, points_every,
                     case when ended_at is null and state in ('protected', 'degraded')
                          then nullif((policy ->> 'recoveryPointEverySeconds')::float8, 0) end as every
              from control.protections) p
            where points_every is distinct from every
            """)).AsList(),
        cancel);

    private static async Task WriteAsync(ITemporalClient client, Row row)
    {
        var protection = ProtectionId.Parse(row.Id);
        var id = RecoveryPointsWorkflow.IdOf(protection);
        if (row.Every is not { } seconds)
        {
            await EngineSchedules.RemoveAsync(client, id);
            return;
        }

        var every = TimeSpan.FromSeconds(seconds);
        var schedule = new Schedule(
            ScheduleActionStartWorkflow.Create(
                (RecoveryPointsWorkflow w) => w.RunAsync(protection),
                new WorkflowOptions(id, AgentIdentity.WorkflowTaskQueue)),
            new ScheduleSpec { Intervals = [new ScheduleIntervalSpec(every, PhaseOf(row.Created_At, every))] })
        {
            Policy = new SchedulePolicy { Overlap = ScheduleOverlapPolicy.Skip, CatchupWindow = CatchUpWithin },
        };
        await EngineSchedules.PutAsync(client, id, schedule);
    }

    private static TimeSpan PhaseOf(DateTime born, TimeSpan every) =>
        TimeSpan.FromTicks((born - DateTime.UnixEpoch).Ticks % every.Ticks);

    private sealed record Row(string Id, DateTime Created_At, double? Every);
}
