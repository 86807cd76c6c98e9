using Runbooks.Engine.Machines;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Runbooks.Tests.Unit.Engine;

public sealed class ActivityMachineTests
{
    private static readonly Failure Broken = new() { Message = "broken", ApplicationFailureInfo = new() { Type = "Broken" } };

    [Fact]
    public void FailedAttempt_BacksOffWithoutEvents_AndDoublesItsWait()
    {
        var run = Scheduled();
        Start(run);

        run.Step(t => Assert.True(ActivityMachine.Fail(t, run.Activity, Broken, "w")));

        Assert.Equal(run.Now + TimeSpan.FromSeconds(1), run.Activity.AttemptScheduledTime);
        run.Now += TimeSpan.FromSeconds(1);
        Assert.False(run.FireDue());
        Assert.False(run.Activity.BackingOff);
        Start(run);
        run.Step(t => ActivityMachine.Fail(t, run.Activity, Broken, "w"));
        Assert.Equal(run.Now + TimeSpan.FromSeconds(2), run.Activity.AttemptScheduledTime);
        Assert.DoesNotContain(EventType.ActivityTaskStarted, run.Types);
    }

    [Fact]
    public void LastAttempt_WritesStartAndFailureTogether()
    {
        var run = Scheduled(a => a.RetryPolicy = new() { MaximumAttempts = 1 });
        Start(run);

        run.Step(t => Assert.False(ActivityMachine.Fail(t, run.Activity, Broken, "w")));

        Assert.Equal(
            [EventType.ActivityTaskStarted, EventType.ActivityTaskFailed, EventType.WorkflowTaskScheduled],
            run.Types.TakeLast(3));
        var failed = run.History.Single(e => e.EventType == EventType.ActivityTaskFailed);
        Assert.Equal(RetryState.MaximumAttemptsReached, failed.ActivityTaskFailedEventAttributes.RetryState);
    }

    [Fact]
    public void HeartbeatTimeout_IsRetriedAndKeepsTheDetails()
    {
        var run = Scheduled(a => a.HeartbeatTimeout = new() { Seconds = 2 });
        Start(run);
        run.Step(t => ActivityMachine.Heartbeat(t, run.Activity, new() { Payloads_ = { new Temporalio.Api.Common.V1.Payload() } }));

        run.Now += TimeSpan.FromSeconds(3);
        run.FireDue();

        Assert.Equal(2, run.Activity.Attempt);
        Assert.NotNull(run.Activity.HeartbeatDetails);
        Assert.Equal(TimeoutType.Heartbeat, run.Activity.LastFailure!.TimeoutFailureInfo.TimeoutType);
    }

    [Fact]
    public void ScheduleToStart_NeverRetries()
    {
        var run = Scheduled(a => a.ScheduleToStartTimeout = new() { Seconds = 3 });

        run.Now += TimeSpan.FromSeconds(4);
        Assert.True(run.FireDue());

        var late = run.History.Single(e => e.EventType == EventType.ActivityTaskTimedOut);
        Assert.Equal(RetryState.Timeout, late.ActivityTaskTimedOutEventAttributes.RetryState);
        Assert.Equal(0, late.ActivityTaskTimedOutEventAttributes.StartedEventId);
        Assert.Empty(run.State.Activities);
    }

    [Fact]
    public void StartToClose_WithNoTimeForAnotherAttempt_ReportsScheduleToClose()
    {
        var run = Scheduled(a =>
        {
            a.ScheduleToCloseTimeout = new() { Seconds = 10 };
            a.StartToCloseTimeout = new() { Seconds = 9, Nanos = 500_000_000 };
        });
        Start(run);

        run.Now += TimeSpan.FromSeconds(9.6);
        run.FireDue();

        var failure = run.History.Single(e => e.EventType == EventType.ActivityTaskTimedOut)
            .ActivityTaskTimedOutEventAttributes.Failure;
        Assert.Equal(TimeoutType.ScheduleToClose, failure.TimeoutFailureInfo.TimeoutType);
        Assert.Equal(TimeoutType.StartToClose, failure.Cause.TimeoutFailureInfo.TimeoutType);
    }

    [Fact]
    public void CancelOfAnActivityNobodyStarted_EndsItAtOnce()
    {
        var run = Scheduled();
        run.Signal("wake");
        run.StartTask();

        run.CompleteTask(new Temporalio.Api.Command.V1.Command
        {
            CommandType = CommandType.RequestCancelActivityTask,
            RequestCancelActivityTaskCommandAttributes = new() { ScheduledEventId = run.Activity.ScheduledEventId },
        });

        Assert.Equal(
            [EventType.ActivityTaskCancelRequested, EventType.ActivityTaskCanceled, EventType.WorkflowTaskScheduled],
            run.Types.TakeLast(3));
    }

    [Fact]
    public void FailureAfterACancelRequest_IsNotRetried()
    {
        var run = Scheduled();
        Start(run);
        run.Activity.CancelRequestedEventId = 99;

        run.Step(t => Assert.False(ActivityMachine.Fail(t, run.Activity, Broken, "w")));

        Assert.Equal(RetryState.CancelRequested, run.History
            .Single(e => e.EventType == EventType.ActivityTaskFailed).ActivityTaskFailedEventAttributes.RetryState);
    }

    [Fact]
    public void DuplicateId_IsRefused()
    {
        var run = Scheduled();
        run.Signal("wake");
        run.StartTask();

        Assert.Equal(
            WorkflowTaskFailedCause.ScheduleActivityDuplicateId, run.CompleteTask(RunFixture.Schedule("a"))!.Cause);
    }

    [Fact]
    public void NoTimeoutAtAll_IsRefused()
    {
        var run = new RunFixture();
        run.StartTask();

        Assert.Equal(WorkflowTaskFailedCause.BadScheduleActivityAttributes,
            run.CompleteTask(RunFixture.Schedule("a", a => a.StartToCloseTimeout = null))!.Cause);
    }

    private static RunFixture Scheduled(Action<Temporalio.Api.Command.V1.ScheduleActivityTaskCommandAttributes>? with = null)
    {
        var run = new RunFixture();
        run.RunTask(RunFixture.Schedule("a", with));
        return run;
    }

    private static void Start(RunFixture run) => run.Step(t => ActivityMachine.Start(t, run.Activity, "r", "w"));
}
