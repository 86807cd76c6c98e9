using System.Collections.Concurrent;
using Dapper;
using Npgsql;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Recording;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Storage;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;

namespace Runbooks.ControlPlane.Projection;

/// <summary>Tails the history of every open run and of the procedures it starts into rows, events and audit records.</summary>
/// <remarks>
/// One cursor per workflow run, moved in the transaction of the rows it stands for: each history event is projected
/// exactly once, whatever dies when. It uses the public history call only, so it is the same for the embedded engine and
/// for a Temporal cluster, and costs the workflows nothing.
/// </remarks>
public sealed class RunProjector(
    Database database, ChangeWriter changes, EngineLink engine, Leadership leadership, EventPulse pulse, AuditOffice office,
    ILogger<RunProjector> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => leadership.WhileActiveAsync(LoopAsync, stoppingToken);

    private async Task LoopAsync(CancellationToken cancel)
    {
        var tails = new ConcurrentDictionary<(string, string), Task>();
        var client = await engine.ClientAsync(cancel);
        while (!cancel.IsCancellationRequested)
        {
            var next = pulse.Next;
            try
            {
                foreach (var open in await OpenAsync(cancel))
                {
                    _ = tails.GetOrAdd((open.Workflow_Id, open.Engine_Run), _ => TailAsync(client, open, cancel));
                }

                foreach (var (key, tail) in tails)
                {
                    if (tail.IsCompleted)
                    {
                        tails.TryRemove(key, out _);
                    }
                }
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
            {
                log.LogWarning("The projection waits for the database: {Message}", fault.Message);
            }

            await Task.WhenAny(next, Task.Delay(LookEvery, cancel));
        }
    }

    private Task<IReadOnlyList<OpenRun>> OpenAsync(CancellationToken cancel) => database.ReadAsync(
        async c => (IReadOnlyList<OpenRun>)(await c.QueryAsync<OpenRun>(
            """
            select p.workflow_id, p.engine_run, p.run, p.last_event, r.workflow_id as root, r.grp
            from control.projection p join control.runs r on r.id = p.run where not p.closed
            """)).AsList(),
        cancel);

    private async Task TailAsync(ITemporalClient client, OpenRun open, CancellationToken cancel)
    {
        try
        {
            var events = client.GetWorkflowHandle(open.Workflow_Id, open.Engine_Run).FetchHistoryEventsAsync(
                new WorkflowHistoryEventFetchOptions { WaitNewEvent = true });
            await foreach (var happened in events.WithCancellation(cancel))
            {
                if (happened.EventId > open.Last_Event && EventProjection.Matters(happened))
                {
                    await changes.CommitAsync(change => EventProjection.ApplyAsync(change, open, happened), cancel: cancel);
                    if (HistoryFacts.IsClose(happened.EventType) && open.Workflow_Id == open.Root)
                    {
                        await office.SignHeadAsync(cancel);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The term ended; the next one goes on at the cursor.
        }
        catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound)
        {
            log.LogWarning("The history of {Workflow} is gone from the engine; its run stays as projected.", open.Workflow_Id);
            await changes.CommitAsync(change => EventProjection.LoseAsync(change, open), cancel: CancellationToken.None);
        }
        catch (Exception fault) when (fault is RpcException or NpgsqlException or CommitOutcomeUnknownException
            or TimeoutException or HttpRequestException or IOException)
        {
            log.LogWarning("The projection of {Workflow} goes on in a moment: {Message}", open.Workflow_Id, fault.Message);
            await Task.Delay(AfterFault, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception bug)
        {
            // A boundary: one unreadable history must not stop the projection of the others.
            log.LogError(bug, "The projection of {Workflow} failed.", open.Workflow_Id);
            await Task.Delay(AfterFault * 5, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

/// <summary>A workflow run whose history is being projected, and the run it belongs to.</summary>
internal sealed record OpenRun(string Workflow_Id, string Engine_Run, string Run, long Last_Event, string Root, string? Grp);
