using Google.Protobuf;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Converters;

namespace Runbooks.Tests.Conformance.Servers;

/// <summary>
/// A worker played by hand, call by call, so that client cases depend on no worker of ours: it takes one task of its
/// queue and answers exactly what the case says.
/// </summary>
public sealed class ScriptedWorker
{
    /// <summary>A case whose task never comes fails instead of waiting for ever.</summary>
    private static readonly TimeSpan PollTimeout = TimeSpan.FromSeconds(90);

    private readonly TemporalClient client;

    public ScriptedWorker(TemporalClient client, string taskQueue)
    {
        this.client = client;
        TaskQueue = taskQueue;
    }

    public string TaskQueue { get; }

    private WorkflowService Service => client.Connection.WorkflowService;

    private string Namespace => client.Options.Namespace;

    /// <summary>The next workflow task.</summary>
    public async Task<PollWorkflowTaskQueueResponse> PollWorkflowTaskAsync()
    {
        var task = await Service.PollWorkflowTaskQueueAsync(
            new()
            {
                Namespace = Namespace,
                TaskQueue = new() { Name = TaskQueue, Kind = TaskQueueKind.Normal },
                Identity = "scripted",
            },
            new() { Timeout = PollTimeout });
        Assert.False(task.TaskToken.IsEmpty, "No workflow task came.");
        return task;
    }

    /// <summary>The next activity task.</summary>
    public async Task<PollActivityTaskQueueResponse> PollActivityTaskAsync()
    {
        var task = await Service.PollActivityTaskQueueAsync(
            new() { Namespace = Namespace, TaskQueue = new() { Name = TaskQueue }, Identity = "scripted" },
            new() { Timeout = PollTimeout });
        Assert.False(task.TaskToken.IsEmpty, "No activity task came.");
        return task;
    }

    /// <summary>Takes the next workflow task and answers it with the commands.</summary>
    public async Task<PollWorkflowTaskQueueResponse> AnswerAsync(params Command[] commands)
    {
        var task = await PollWorkflowTaskAsync();
        await CompleteAsync(task, commands);
        return task;
    }

    public Task CompleteAsync(PollWorkflowTaskQueueResponse task, params Command[] commands) =>
        RespondAsync(task, request => request.Commands.AddRange(commands));

    /// <summary>Answers a task with whatever the case adds to the request.</summary>
    public async Task RespondAsync(
        PollWorkflowTaskQueueResponse task, Action<RespondWorkflowTaskCompletedRequest> fill)
    {
        var request = new RespondWorkflowTaskCompletedRequest
        {
            Namespace = Namespace,
            TaskToken = task.TaskToken,
            Identity = "scripted",
        };
        fill(request);
        await Service.RespondWorkflowTaskCompletedAsync(request);
    }

    /// <summary>Accepts every update of the task and completes it with the outcome the case makes of it.</summary>
    public Task AnswerUpdatesAsync(
        PollWorkflowTaskQueueResponse task,
        Func<Temporalio.Api.Update.V1.Request, Temporalio.Api.Update.V1.Outcome?> handle,
        params Command[] commands) => RespondAsync(task, request =>
        {
            foreach (var message in task.Messages)
            {
                var update = message.Body.Unpack<Temporalio.Api.Update.V1.Request>();
                AddMessage(request, message.ProtocolInstanceId, "accept", new Temporalio.Api.Update.V1.Acceptance
                {
                    AcceptedRequestMessageId = message.Id,
                    AcceptedRequestSequencingEventId = message.EventId,
                    AcceptedRequest = update,
                });
                if (handle(update) is { } outcome)
                {
                    AddMessage(request, message.ProtocolInstanceId, "complete", new Temporalio.Api.Update.V1.Response
                    {
                        Meta = update.Meta,
                        Outcome = outcome,
                    });
                }
            }

            request.Commands.AddRange(commands);
        });

    /// <summary>Answers a direct query.</summary>
    public Task AnswerQueryAsync(PollWorkflowTaskQueueResponse task, object? result, string? error = null) =>
        Service.RespondQueryTaskCompletedAsync(new()
        {
            Namespace = Namespace,
            TaskToken = task.TaskToken,
            CompletedType = error == null ? QueryResultType.Answered : QueryResultType.Failed,
            QueryResult = error == null ? Payloads(result) : null,
            ErrorMessage = error ?? string.Empty,
        });

    public static Payloads Payloads(params object?[] values) => new()
    {
        Payloads_ = { DataConverter.Default.PayloadConverter.ToPayloads(values) },
    };

    public static Command Complete(object? result) => new()
    {
        CommandType = CommandType.CompleteWorkflowExecution,
        CompleteWorkflowExecutionCommandAttributes = new() { Result = Payloads(result) },
    };

    public static Command Fail(Exception exception) => new()
    {
        CommandType = CommandType.FailWorkflowExecution,
        FailWorkflowExecutionCommandAttributes = new()
        {
            Failure = DataConverter.Default.FailureConverter.ToFailure(
                exception, DataConverter.Default.PayloadConverter),
        },
    };

    public static Command Cancel(params object?[] details) => new()
    {
        CommandType = CommandType.CancelWorkflowExecution,
        CancelWorkflowExecutionCommandAttributes = new() { Details = Payloads(details) },
    };

    public static Command ContinueAsNew(string workflow, string taskQueue) => new()
    {
        CommandType = CommandType.ContinueAsNewWorkflowExecution,
        ContinueAsNewWorkflowExecutionCommandAttributes = new()
        {
            WorkflowType = new() { Name = workflow },
            TaskQueue = new() { Name = taskQueue },
        },
    };

    public static Command ScheduleActivity(string id, string taskQueue) => new()
    {
        CommandType = CommandType.ScheduleActivityTask,
        ScheduleActivityTaskCommandAttributes = new()
        {
            ActivityId = id,
            ActivityType = new() { Name = "Scripted" },
            TaskQueue = new() { Name = taskQueue },
            StartToCloseTimeout = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMinutes(5)),
            RetryPolicy = new() { MaximumAttempts = 1 },
        },
    };

    private static void AddMessage(
        RespondWorkflowTaskCompletedRequest request, string instance, string what, IMessage body)
    {
        request.Messages.Add(new Temporalio.Api.Protocol.V1.Message
        {
            Id = $"{instance}/{what}",
            ProtocolInstanceId = instance,
            Body = Google.Protobuf.WellKnownTypes.Any.Pack(body),
        });
        request.Commands.Add(new Command
        {
            CommandType = CommandType.ProtocolMessage,
            ProtocolMessageCommandAttributes = new() { MessageId = $"{instance}/{what}" },
        });
    }
}
