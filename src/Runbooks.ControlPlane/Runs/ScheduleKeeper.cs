using Dapper;
using Npgsql;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Agents;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Client.Schedules;
using Runbooks.Temporal.Exceptions;
using Runbooks.Workflows.Schedules;
using Temporalio.Api.Enums.V1;

namespace Runbooks.ControlPlane.Runs;

/// <summary>
/// Keeps the engine's schedules in step with the calendar: a row whose version the engine has not got is written there,
/// then marked. A crash in between writes the same schedule again.
/// </summary>
public sealed class ScheduleKeeper(
    Database database, EngineLink engine, Leadership leadership, EventPulse pulse, ILogger<ScheduleKeeper> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => leadership.WhileActiveAsync(LoopAsync, stoppingToken);

    private async Task LoopAsync(CancellationToken cancel)
    {
        var client = await engine.ClientAsync(cancel);
        while (!cancel.IsCancellationRequested)
        {
            var next = pulse.Next;
            try
            {
                var rows = await database.ReadAsync(
                    async c => (await c.QueryAsync<Row>(
                        """
                        select id, calendar, time_zone, paused, version, removed_at is not null as removed
                        from control.schedules where synced <> version
                        """)).AsList(),
                    cancel);
                foreach (var row in rows)
                {
                    await WriteAsync(client, row);
                    await database.WriteAsync(
                        t => t.Connection!.ExecuteAsync(
                            "update control.schedules set synced = @Version where id = @Id", new { row.Version, row.Id }, t),
                        cancel);
                }
            }
            catch (Exception fault) when (fault is RpcException or NpgsqlException or HttpRequestException or TimeoutException
                or CommitOutcomeUnknownException)
            {
                log.LogWarning("The schedules are not in step yet: {Message}", fault.Message);
            }

            await Task.WhenAny(next, Task.Delay(LookEvery, cancel));
        }
    }

    private static async Task WriteAsync(ITemporalClient client, Row row)
    {
        var id = $"schedule/{row.Id}";
        if (row.Removed)
        {
            await EngineSchedules.RemoveAsync(client, id);
            return;
        }

        var schedule = new Schedule(
            ScheduleActionStartWorkflow.Create(
                (ScheduledStartWorkflow w) => w.RunAsync(row.Id), new WorkflowOptions($"scheduled/{row.Id}", AgentIdentity.WorkflowTaskQueue)),
            new ScheduleSpec { CronExpressions = [row.Calendar], TimeZoneName = row.Time_Zone })
        {
            State = new ScheduleState { Paused = row.Paused },
            Policy = new SchedulePolicy { Overlap = ScheduleOverlapPolicy.Skip },
        };
        await EngineSchedules.PutAsync(client, id, schedule);
    }

    private sealed record Row(string Id, string Calendar, string Time_Zone, bool Paused, long Version, bool Removed);
}
