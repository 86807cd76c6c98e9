using System.Text.Json;
using Dapper;
using Npgsql;
using Runbooks.Audit;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Agents;
using Runbooks.Domain.Status;
using Runbooks.Domain.Workloads;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;
using Runbooks.Workflows.Degradation;
using Temporalio.Api.Enums.V1;

namespace Runbooks.ControlPlane.Runs;

/// <summary>
/// Brings to the engine what was decided: runs that are due, signals, and events of the data path. The decision's row is
/// the only source, so a crash between decision and start is repaired by looking again; the workflow id makes the second
/// start the first one.
/// </summary>
public sealed class RunStarter(
    Database database, ChangeWriter changes, EngineLink engine, Leadership leadership, EventPulse pulse, ILogger<RunStarter> log)
    : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => leadership.WhileActiveAsync(LoopAsync, stoppingToken);

    private async Task LoopAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var next = pulse.Next;
            try
            {
                await ExpireAsync(cancel);
                var client = await engine.ClientAsync(cancel);
                await StartDueAsync(client, cancel);
                await SendSignalsAsync(client, cancel);
                await ForwardAsync(client, cancel);
                await Task.WhenAny(next, Task.Delay(LookEvery, cancel));
            }
            catch (Exception fault) when (fault is RpcException or NpgsqlException or TimeoutException or HttpRequestException
                or CommitOutcomeUnknownException)
            {
                log.LogWarning("The engine was not reached, it is tried again: {Message}", fault.Message);
                await Task.Delay(AfterFault, cancel);
            }
        }
    }

    private Task ExpireAsync(CancellationToken cancel) => changes.CommitAsync(
        async change =>
        {
            var expired = await change.Connection.QueryAsync<(string Id, string? Group)>(
                """
                update control.runs set state = 'aborted', start_state = 'refused', ended_at = clock_timestamp()
                where start_state = 'waiting' and state = 'requested' and clock_timestamp() > requested_at + approvals_expire
                returning id, grp
                """,
                transaction: change.Transaction);
            foreach (var (id, group) in expired)
            {
                change.Record(new AuditEntry("run.expired", AuditActor.System("control-plane"), new AuditSubject("run", id))
                {
                    Id = $"aud_{id[4..]}e", Run = id, Group = group, Outcome = "refused", Reason = "Nobody approved it in time.",
                });
                change.Tell(new EventEntry("run.expired", id) { Run = id, Group = group });
            }
        },
        cancel: cancel);

    private async Task StartDueAsync(ITemporalClient client, CancellationToken cancel)
    {
        var due = await database.ReadAsync(
            async c => (await c.QueryAsync<Due>(
                "select id, grp, workflow_type, workflow_id, input::text as input from control.runs where start_state = 'due' order by requested_at")).AsList(),
            cancel);
        foreach (var run in due)
        {
            string engineRun;
            try
            {
                engineRun = await StartAsync(client, run);
            }
            catch (RpcException refused) when (refused.Code == RpcException.StatusCode.InvalidArgument)
            {
                await RefuseAsync(run, refused.Message, cancel);
                continue;
            }

            await StartedAsync(run, engineRun, cancel);
        }
    }

    private static async Task<string> StartAsync(ITemporalClient client, Due run)
    {
        try
        {
            var handle = await client.StartWorkflowAsync(
                run.Workflow_Type, [JsonSerializer.Deserialize<JsonElement>(run.Input)],
                new WorkflowOptions(run.Workflow_Id, AgentIdentity.WorkflowTaskQueue)
                {
                    IdReusePolicy = WorkflowIdReusePolicy.RejectDuplicate,
                    Memo = new Dictionary<string, object> { ["run"] = run.Id },
                    StaticSummary = run.Id,
                });
            return handle.FirstExecutionRunId ?? handle.RunId ?? (await handle.DescribeAsync()).RunId;
        }
        catch (WorkflowAlreadyStartedException)
        {
            // Started before a crash: the id is the run's own, so it can only be the same one.
            return (await client.GetWorkflowHandle(run.Workflow_Id).DescribeAsync()).RunId;
        }
    }

    private Task StartedAsync(Due run, string engineRun, CancellationToken cancel) => changes.CommitAsync(
        async change =>
        {
            var changed = await change.Connection.ExecuteAsync(
                """
                update control.runs set start_state = 'started', state = 'running', engine_run = @engineRun,
                  started_at = clock_timestamp() where id = @Id and start_state = 'due'
                """,
                new { run.Id, engineRun }, change.Transaction);
            if (changed == 0)
            {
                return;
            }

            await change.Connection.ExecuteAsync(
                """
                insert into control.projection (workflow_id, engine_run, run) values (@Workflow_Id, @engineRun, @Id)
                on conflict do nothing
                """,
                new { run.Workflow_Id, engineRun, run.Id }, change.Transaction);
            change.Record(new AuditEntry("run.started", AuditActor.System("control-plane"), new AuditSubject("run", run.Id))
            {
                Id = $"aud_{run.Id[4..]}s", Run = run.Id, Group = run.Grp,
                Data = new() { ["workflow"] = run.Workflow_Id, ["engineRun"] = engineRun },
            });
            change.Tell(new EventEntry("run.started", run.Id) { Run = run.Id, Group = run.Grp });
        },
        cancel: cancel);

    private Task RefuseAsync(Due run, string cause, CancellationToken cancel) => changes.CommitAsync(
        async change =>
        {
            await change.Connection.ExecuteAsync(
                """
                update control.runs set start_state = 'refused', state = 'failed', ended_at = clock_timestamp(),
                  failure = jsonb_build_object('message', @cause::text) where id = @Id
                """,
                new { run.Id, cause }, change.Transaction);
            await ProtectionRuns.EndedAsync(change, run.Id);
            change.Record(new AuditEntry("run.refused", AuditActor.System("engine"), new AuditSubject("run", run.Id))
            {
                Id = $"aud_{run.Id[4..]}r", Run = run.Id, Group = run.Grp, Outcome = "refused", Reason = cause,
            });
            change.Tell(new EventEntry("run.failed", run.Id) { Run = run.Id, Group = run.Grp });
        },
        cancel: cancel);

    private async Task SendSignalsAsync(ITemporalClient client, CancellationToken cancel)
    {
        var due = await database.ReadAsync(
            async c => (await c.QueryAsync<Signal>(
                """
                select s.id, s.name, s.argument::text as argument, r.workflow_id, r.workflow_type
                from control.run_signals s
                join control.runs r on r.id = s.run and r.start_state = 'started' where s.sent_at is null order by s.created_at, s.id
                """)).AsList(),
            cancel);
        foreach (var signal in due)
        {
            string? refused = null;
            try
            {
                await SendAsync(client.GetWorkflowHandle(signal.Workflow_Id), signal);
            }
            catch (RpcException ended) when (ended.Code == RpcException.StatusCode.NotFound)
            {
                refused = "The run had ended.";
            }

            await MarkAsync("update control.run_signals set sent_at = clock_timestamp(), refused = @refused where id = @Id",
                new { signal.Id, refused }, cancel);
        }
    }

    // A procedure that runs by itself, without a document around it, hears an abort as a cancel: it undoes what it
    // began.
    private static Task SendAsync(WorkflowHandle handle, Signal signal) =>
        signal is { Name: "Abort", Workflow_Type: not "Runbook" }
        ? handle.CancelAsync()
        : handle.SignalAsync(
            signal.Name, signal.Argument is null ? [] : [JsonSerializer.Deserialize<JsonElement>(signal.Argument)]);

    /// <summary>Site events reach the procedure that lives with the protection; it is started by the first of them.</summary>
    private async Task ForwardAsync(ITemporalClient client, CancellationToken cancel)
    {
        var due = await database.ReadAsync(
            async c => (await c.QueryAsync<Forward>(
                """
                select f.site, f.sequence, f.event::text as event, p.policy::text as policy
                from control.forwards f left join control.protections p
                  on p.id = f.protection and p.ended_at is null and p.state <> 'unprotecting'
                where f.sent_at is null order by f.site, f.sequence limit 100
                """)).AsList(),
            cancel);
        foreach (var forward in due)
        {
            var happened = ApiJson.Read<SiteEvent>(forward.Event);
            if (forward.Policy is not null && DegradationWorkflow.Hears(happened))
            {
                var policy = ApiJson.Read<ProtectionPolicy>(forward.Policy);
                var options = new WorkflowOptions(DegradationWorkflow.IdOf(policy.Id), AgentIdentity.WorkflowTaskQueue);
                options.SignalWithStart((DegradationWorkflow w) => w.HearAsync(happened));
                await client.StartWorkflowAsync(
                    (DegradationWorkflow w) => w.RunAsync(new DegradationInput(policy, null, 0, 0)), options);
            }

            await MarkAsync("update control.forwards set sent_at = clock_timestamp() where site = @Site and sequence = @Sequence",
                new { forward.Site, forward.Sequence }, cancel);
        }
    }

    private Task MarkAsync(string sql, object arguments, CancellationToken cancel) =>
        database.WriteAsync(t => t.Connection!.ExecuteAsync(sql, arguments, t), cancel);

    private sealed record Due(string Id, string? Grp, string Workflow_Type, string Workflow_Id, string Input);

    private sealed record Signal(string Id, string Name, string? Argument, string Workflow_Id, string Workflow_Type);

    private sealed record Forward(string Site, long Sequence, string Event, string? Policy);
}
