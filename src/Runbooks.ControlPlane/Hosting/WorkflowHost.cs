using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Workers;
using Runbooks.Domain.Agents;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker;
using Runbooks.Workflows.CatchUp;
using Runbooks.Workflows.Degradation;
using Runbooks.Workflows.Drill;
using Runbooks.Workflows.Failback;
using Runbooks.Workflows.Failover;
using Runbooks.Workflows.Groups;
using Runbooks.Workflows.RecoveryPoint;
using Runbooks.Workflows.RecoveryPoints;
using Runbooks.Workflows.ReplicationSetup;
using Runbooks.Workflows.Runbook;
using Runbooks.Workflows.Schedules;
using Runbooks.Workflows.Unprotect;

namespace Runbooks.ControlPlane.Hosting;

/// <summary>The workflow worker and the control-side activities, while this control plane is active.</summary>
public sealed class WorkflowHost(
    EngineLink engine, Leadership leadership, ArbiterActivities arbiter, GroupActivities groups, OutsideActivities outside,
    ScheduleActivities schedules, PointActivities points, WatcherActivities watcher, ILoggerFactory logs)
    : BackgroundService
{
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(2);
    private readonly ILogger _log = logs.CreateLogger<WorkflowHost>();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => leadership.WhileActiveAsync(RunAsync, stoppingToken);

    private async Task RunAsync(CancellationToken cancel)
    {
        var client = await engine.ClientAsync(cancel);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                using var workflows = new TemporalWorker(client, Workflows());
                using var control = new TemporalWorker(client, Activities());
                await await Task.WhenAny(workflows.ExecuteAsync(cancel), control.ExecuteAsync(cancel));
            }
            catch (Exception fault) when (fault is RpcException or HttpRequestException or InvalidOperationException)
            {
                _log.LogWarning("The workers stopped and start again: {Message}", fault.Message);
                await Task.Delay(AfterFault, cancel);
            }
        }
    }

    private TemporalWorkerOptions Workflows() =>
        new TemporalWorkerOptions(AgentIdentity.WorkflowTaskQueue) { LoggerFactory = logs }
            .AddWorkflow<RunbookWorkflow>()
            .AddWorkflow<ReplicationSetupWorkflow>()
            .AddWorkflow<CatchUpWorkflow>()
            .AddWorkflow<DegradationWorkflow>()
            .AddWorkflow<FailoverWorkflow>()
            .AddWorkflow<FailbackWorkflow>()
            .AddWorkflow<DrillWorkflow>()
            .AddWorkflow<GroupLeaseWorkflow>()
            .AddWorkflow<ScheduledStartWorkflow>()
            .AddWorkflow<UnprotectWorkflow>()
            .AddWorkflow<RecoveryPointsWorkflow>()
            .AddWorkflow<RecoveryPointWorkflow>();

    private TemporalWorkerOptions Activities() =>
        new TemporalWorkerOptions(AgentIdentity.ControlTaskQueue) { LoggerFactory = logs }
            .AddAllActivities(arbiter)
            .AddAllActivities(groups)
            .AddAllActivities(outside)
            .AddAllActivities(schedules)
            .AddAllActivities(points)
            .AddAllActivities(watcher);
}
