using Microsoft.Extensions.Logging.Abstractions;
using Google.Protobuf;
using Runbooks.Engine;
using Runbooks.Engine.Rpc;
using Runbooks.Testing.Postgres;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Tests.Integration.Engine;

/// <summary>
/// An engine on a database of its own, called without a network. Restarting it forgets all memory without writing it
/// down, which is what a killed process does.
/// </summary>
internal sealed class EngineUnderTest : IAsyncDisposable
{
    public const string Queue = "queue";

    private EmbeddedEngine _engine;

    private readonly EngineOptions _limits;

    private EngineUnderTest(string database, EmbeddedEngine engine, EngineOptions limits)
    {
        Database = database;
        _engine = engine;
        _limits = limits;
    }

    public string Database { get; }

    public static async Task<EngineUnderTest> StartAsync(EngineOptions? limits = null)
    {
        limits = (limits ?? new EngineOptions()) with { MinimumReuseInterval = TimeSpan.Zero };
        var database = await TestPostgres.NewDatabaseAsync("engine");
        return new EngineUnderTest(database, await OpenAsync(database, limits), limits);
    }

    public async Task RestartAsync()
    {
        await _engine.DisposeAsync();
        _engine = await OpenAsync(Database, _limits);
    }

    public async Task<T> CallAsync<T>(string method, IMessage request, RpcCall? call = null)
        where T : class, IMessage
    {
        Assert.True(_engine.Methods.TryGet(RpcTable.WorkflowService + method, out var found));
        return (T)await found.AnswerAsync(request, call ?? new RpcCall(TestContext.Current.CancellationToken));
    }

    public async Task<string> StartRunAsync(string id, string requestId = "r", TimeSpan? delay = null) =>
        (await CallAsync<StartWorkflowExecutionResponse>("StartWorkflowExecution", new StartWorkflowExecutionRequest
        {
            Namespace = "default", WorkflowId = id, WorkflowType = new() { Name = "type" },
            TaskQueue = new() { Name = Queue }, RequestId = requestId,
            WorkflowStartDelay = delay is { } d ? Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(d) : null,
        })).RunId;

    public Task<PollWorkflowTaskQueueResponse> PollAsync(RpcCall? call = null) =>
        CallAsync<PollWorkflowTaskQueueResponse>(
        "PollWorkflowTaskQueue",
        new PollWorkflowTaskQueueRequest { Namespace = "default", TaskQueue = new() { Name = Queue },
            Identity = "w" }, call);

    public Task<PollActivityTaskQueueResponse> PollActivityAsync(RpcCall? call = null) =>
        CallAsync<PollActivityTaskQueueResponse>("PollActivityTaskQueue", new PollActivityTaskQueueRequest
        {
            Namespace = "default", TaskQueue = new() { Name = Queue }, Identity = "w",
        }, call);

    public Task<RespondWorkflowTaskCompletedResponse> CompleteAsync(ByteString token, params Command[] commands) =>
        CallAsync<RespondWorkflowTaskCompletedResponse>("RespondWorkflowTaskCompleted",
            new RespondWorkflowTaskCompletedRequest
            {
                Namespace = "default", TaskToken = token, Commands = { commands }, Identity = "w",
            });

    public async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(string id) =>
        (await CallAsync<GetWorkflowExecutionHistoryResponse>("GetWorkflowExecutionHistory",
            new GetWorkflowExecutionHistoryRequest
            {
                Namespace = "default", Execution = new() { WorkflowId = id }, MaximumPageSize = 1_000,
            })).History.Events;

    public Task SignalAsync(string id, string requestId) => CallAsync<SignalWorkflowExecutionResponse>(
        "SignalWorkflowExecution", new SignalWorkflowExecutionRequest
        {
            Namespace = "default", WorkflowExecution = new() { WorkflowId = id }, SignalName = "go",
            RequestId = requestId,
        });

    public static RpcCall Brief() => new(
        TestContext.Current.CancellationToken, DateTimeOffset.UtcNow + TimeSpan.FromSeconds(1));

    public static Command CompleteRun() => new()
    {
        CommandType = CommandType.CompleteWorkflowExecution, CompleteWorkflowExecutionCommandAttributes = new(),
    };

    public static Command StartTimer(TimeSpan delay) => new()
    {
        CommandType = CommandType.StartTimer,
        StartTimerCommandAttributes = new()
        {
            TimerId = "t", StartToFireTimeout = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(delay),
        },
    };

    public static Command ScheduleActivity() => new()
    {
        CommandType = CommandType.ScheduleActivityTask,
        ScheduleActivityTaskCommandAttributes = new()
        {
            ActivityId = "a", ActivityType = new() { Name = "act" }, StartToCloseTimeout = new() { Seconds = 60 },
            RetryPolicy = new() { MaximumAttempts = 1 },
        },
    };

    public async ValueTask DisposeAsync() => await _engine.DisposeAsync();

    private static Task<EmbeddedEngine> OpenAsync(string database, EngineOptions limits) => EmbeddedEngine.StartAsync(
        new EmbeddedEngineOptions
        {
            ConnectionString = database,
            Logs = NullLoggerFactory.Instance,
            Limits = limits,
        }, TestContext.Current.CancellationToken);
}
