using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Tests.Conformance.KillCampaign;

// Clients and workers that go on while the engine is killed under them.
//
// Each workflow: signals s0…sN, some updates, then "finish". Its worker answers, from history alone, every signal with a
// marker of the signal's name and every third also with an activity; updates are accepted and completed; after "finish"
// and all activities it completes. So every acknowledged thing has a name that must be found exactly once.
internal sealed class Load(string address, Ledger ledger)
{
    private const string Queue = "kill-campaign";
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(15);
    private readonly TemporalConnection _connection = TemporalConnection.CreateLazy(new(address));

    private WorkflowService Service => _connection.WorkflowService;

    /// <summary>Starts workflows and sends to them until told to stop, then tells them to finish.</summary>
    public async Task DriveAsync(int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var id = $"w-{seed}-{number}";
            var request = new StartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = id,
                WorkflowType = new WorkflowType { Name = "campaign" },
                TaskQueue = new() { Name = Queue },
                RequestId = Guid.NewGuid().ToString(),
            };
            var started = await PersistAsync(o => Service.StartWorkflowExecutionAsync(request, o));
            ledger.Starts[id] = started.RunId;
            var count = random.Next(2, 7);
            for (var signal = 0; signal < count; signal++)
            {
                await SignalAsync(id, $"s{signal}");
                ledger.Signals.Add((id, $"s{signal}"));
                if (random.Next(4) == 0)
                {
                    await UpdateAsync(id, $"u{signal}");
                    ledger.Updates.Add((id, $"u{signal}"));
                }
            }
            await SignalAsync(id, "finish");
            ledger.Signals.Add((id, "finish"));
        }
    }

    public async Task WorkAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var task = await Service.PollWorkflowTaskQueueAsync(
                    new() { Namespace = "default", TaskQueue = new() { Name = Queue }, Identity = "campaign" },
                    new() { CancellationToken = stop });
                if (!task.TaskToken.IsEmpty)
                {
                    await AnswerAsync(task);
                }
            }
            catch (RpcException lost) when (MayRetry(lost) || lost.Code == RpcException.StatusCode.NotFound)
            {
                // The task comes again; NOT_FOUND says that it already went elsewhere.
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    public async Task ActAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var task = await Service.PollActivityTaskQueueAsync(
                    new() { Namespace = "default", TaskQueue = new() { Name = Queue }, Identity = "campaign" },
                    new() { CancellationToken = stop });
                if (!task.TaskToken.IsEmpty)
                {
                    await Service.RespondActivityTaskCompletedAsync(
                        new() { Namespace = "default", TaskToken = task.TaskToken, Identity = "campaign" },
                        new() { Timeout = CallLimit });
                    ledger.Activities.Add((task.WorkflowExecution.WorkflowId, task.ActivityId));
                }
            }
            catch (RpcException lost) when (MayRetry(lost) || lost.Code == RpcException.StatusCode.NotFound)
            {
                // As above.
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    public async Task<List<HistoryEvent>> HistoryAsync(string workflowId, string runId)
    {
        var events = new List<HistoryEvent>();
        var token = ByteString.Empty;
        do
        {
            var page = await Service.GetWorkflowExecutionHistoryAsync(new()
            {
                Namespace = "default",
                Execution = new() { WorkflowId = workflowId, RunId = runId },
                NextPageToken = token,
            });
            events.AddRange(page.History.Events);
            token = page.NextPageToken;
        }
        while (!token.IsEmpty);
        return events;
    }

    /// <summary>Ids of runs that are still open.</summary>
    public async Task<IReadOnlyList<string>> OpenAsync() => (await PersistAsync(o => Service.ListWorkflowExecutionsAsync(
        new() { Namespace = "default", Query = "ExecutionStatus = 'Running'" }, o))).Executions
        .Select(run => run.Execution.WorkflowId).ToList();

    private async Task AnswerAsync(PollWorkflowTaskQueueResponse task)
    {
        var events = task.NextPageToken.IsEmpty
            ? task.History.Events.ToList()
            : await HistoryAsync(task.WorkflowExecution.WorkflowId, task.WorkflowExecution.RunId);
        var request = new RespondWorkflowTaskCompletedRequest
        {
            Namespace = "default",
            TaskToken = task.TaskToken,
            Identity = "campaign",
        };
        foreach (var message in task.Messages)
        {
            Settle(request, message);
        }
        var marked = events.Where(e => e.MarkerRecordedEventAttributes is not null)
            .Select(e => e.MarkerRecordedEventAttributes.MarkerName).ToHashSet();
        var signals = events.Where(e => e.WorkflowExecutionSignaledEventAttributes is not null)
            .Select(e => e.WorkflowExecutionSignaledEventAttributes.SignalName).ToList();
        var fresh = signals.Where(name => !marked.Contains(name)).Distinct().ToList();
        request.Commands.AddRange(fresh.SelectMany(CommandsFor));
        var scheduled = events.Count(e => e.ActivityTaskScheduledEventAttributes is not null);
        var completed = events.Count(e => e.ActivityTaskCompletedEventAttributes is not null);
        var more = request.Commands.Count(command => command.CommandType == CommandType.ScheduleActivityTask);
        if (signals.Contains("finish") && scheduled + more == completed)
        {
            request.Commands.Add(new Command
            {
                CommandType = CommandType.CompleteWorkflowExecution,
                CompleteWorkflowExecutionCommandAttributes = new(),
            });
        }
        await Service.RespondWorkflowTaskCompletedAsync(request, new() { Timeout = CallLimit });
        foreach (var name in fresh)
        {
            ledger.Completions.Add((task.WorkflowExecution.WorkflowId, name));
        }
    }

    private static IEnumerable<Command> CommandsFor(string signal)
    {
        yield return new Command
        {
            CommandType = CommandType.RecordMarker,
            RecordMarkerCommandAttributes = new() { MarkerName = signal },
        };
        if (signal is "s0" or "s3")
        {
            yield return new Command
            {
                CommandType = CommandType.ScheduleActivityTask,
                ScheduleActivityTaskCommandAttributes = new()
                {
                    ActivityId = signal,
                    ActivityType = new ActivityType { Name = "act" },
                    TaskQueue = new() { Name = Queue },
                    StartToCloseTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(2)),
                    RetryPolicy = new() { InitialInterval = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(50)) },
                },
            };
        }
    }

    private static void Settle(RespondWorkflowTaskCompletedRequest request, Temporalio.Api.Protocol.V1.Message asked)
    {
        var update = asked.Body.Unpack<Request>();
        Add("accept", new Acceptance
        {
            AcceptedRequestMessageId = asked.Id,
            AcceptedRequestSequencingEventId = asked.EventId,
            AcceptedRequest = update,
        });
        Add("complete", new Response { Meta = update.Meta, Outcome = new Outcome { Success = new Payloads() } });

        void Add(string kind, IMessage body)
        {
            var id = $"{asked.ProtocolInstanceId}/{kind}";
            request.Messages.Add(new Temporalio.Api.Protocol.V1.Message
            {
                Id = id,
                ProtocolInstanceId = asked.ProtocolInstanceId,
                Body = Any.Pack(body),
            });
            request.Commands.Add(new Command
            {
                CommandType = CommandType.ProtocolMessage,
                ProtocolMessageCommandAttributes = new() { MessageId = id },
            });
        }
    }

    private Task SignalAsync(string id, string name)
    {
        var request = new SignalWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowExecution = new() { WorkflowId = id },
            SignalName = name,
            RequestId = Guid.NewGuid().ToString(),
        };
        return PersistAsync(o => Service.SignalWorkflowExecutionAsync(request, o));
    }

    private async Task UpdateAsync(string id, string update)
    {
        var request = new UpdateWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowExecution = new() { WorkflowId = id },
            WaitPolicy = new() { LifecycleStage = UpdateWorkflowExecutionLifecycleStage.Completed },
            Request = new Request { Meta = new Meta { UpdateId = update }, Input = new Input { Name = "settle" } },
        };
        // The server answers after a while with the stage reached; only the outcome is a promise.
        while ((await PersistAsync(o => Service.UpdateWorkflowExecutionAsync(request, o))).Outcome is null)
        {
        }
    }

    /// <summary>Repeats a call, with the same ids, until the engine answers it.</summary>
    private static async Task<T> PersistAsync<T>(Func<RpcOptions, Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call(new RpcOptions { Timeout = CallLimit });
            }
            catch (RpcException lost) when (MayRetry(lost))
            {
                await Task.Delay(20);
            }
        }
    }

    private static bool MayRetry(RpcException lost) => lost.Code is RpcException.StatusCode.Unavailable
        or RpcException.StatusCode.DeadlineExceeded or RpcException.StatusCode.Cancelled
        or RpcException.StatusCode.Aborted or RpcException.StatusCode.ResourceExhausted;
}
