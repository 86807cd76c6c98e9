using Runbooks.Engine;
using Runbooks.Engine.History;
using Runbooks.Engine.Machines;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Tests.Unit.Engine;

/// <summary>One run, its whole history, and a clock that moves when told.</summary>
internal sealed class RunFixture
{
    private readonly EngineOptions _options = new();

    public RunFixture(Action<WorkflowExecutionStartedEventAttributes>? with = null)
    {
        var attributes = new WorkflowExecutionStartedEventAttributes
        {
            WorkflowId = "w", WorkflowType = new() { Name = "type" }, TaskQueue = new() { Name = "queue" },
        };
        with?.Invoke(attributes);
        State = RunStarter.Prepare("ns", Guid.NewGuid(), "start", attributes, _options, Now);
        Step(t =>
        {
            RunStarter.WriteStarted(t, attributes, null, null);
            WorkflowTaskMachine.Schedule(t);
        });
    }

    public RunState State { get; set; }

    public DateTimeOffset Now { get; set; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public List<HistoryEvent> History { get; } = [];

    public IEnumerable<EventType> Types => History.Select(e => e.EventType);

    public Transition Step(Action<Transition> work)
    {
        var t = new Transition(State, Now, _options, Guid.NewGuid);
        work(t);
        History.AddRange(t.Written);
        Assert.Equal(Enumerable.Range(1, History.Count).Select(i => (long)i), History.Select(e => e.EventId));
        return t;
    }

    public void StartTask() => Step(t => WorkflowTaskMachine.Start(t, "poll", "worker"));

    public CommandRefusal? CompleteTask(params Command[] commands)
    {
        CommandRefusal? refusal = null;
        Step(t =>
        {
            var completed = WorkflowTaskMachine.Complete(t, new RespondWorkflowTaskCompletedRequest());
            refusal = new CommandApplier(t, completed.EventId, "worker", [], History[0], _ => null).ApplyAll(commands);
            if (State.IsOpen && (EventBuffer.Flush(t) || t.NeedsTask))
            {
                WorkflowTaskMachine.Schedule(t);
            }
        });
        return refusal;
    }

    public void RunTask(params Command[] commands)
    {
        StartTask();
        Assert.Null(CompleteTask(commands));
    }

    public void Signal(string name, string requestId = "") => Step(t => InboxMachine.Signal(
        t, new() { SignalName = name, RequestId = requestId }));

    public bool FireDue() => FireDue(t => throw new InvalidOperationException("run expired"));

    public bool FireDue(Func<Transition, bool> expired)
    {
        var fired = false;
        Step(t => fired = Deadlines.FireDue(t, expired));
        return fired;
    }

    public PendingActivity Activity => State.Activities.Values.Single();

    public static Command Schedule(string id, Action<ScheduleActivityTaskCommandAttributes>? with = null)
    {
        var attributes = new ScheduleActivityTaskCommandAttributes
        {
            ActivityId = id, ActivityType = new() { Name = "act" }, StartToCloseTimeout = new() { Seconds = 10 },
        };
        with?.Invoke(attributes);
        return new()
        {
            CommandType = CommandType.ScheduleActivityTask, ScheduleActivityTaskCommandAttributes = attributes,
        };
    }

    public static Command StartTimer(string id, int seconds) => new()
    {
        CommandType = CommandType.StartTimer,
        StartTimerCommandAttributes = new() { TimerId = id, StartToFireTimeout = new() { Seconds = seconds } },
    };

    public static Command CancelTimer(string id) => new()
    {
        CommandType = CommandType.CancelTimer, CancelTimerCommandAttributes = new() { TimerId = id },
    };

    public static Command Complete() => new()
    {
        CommandType = CommandType.CompleteWorkflowExecution, CompleteWorkflowExecutionCommandAttributes = new(),
    };

    public static Command Fail(string message = "broken") => new()
    {
        CommandType = CommandType.FailWorkflowExecution,
        FailWorkflowExecutionCommandAttributes = new()
        {
            Failure = new() { Message = message, ApplicationFailureInfo = new() { Type = "Broken" } },
        },
    };
}
