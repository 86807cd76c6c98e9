using Runbooks.Engine.Machines;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Tests.Unit.Engine;

public sealed class EventBufferTests
{
    [Fact]
    public void EventsDuringATask_GetTheirIdsAfterItsCommands_ResultsLast()
    {
        var run = new RunFixture();
        run.RunTask(RunFixture.Schedule("a"));
        run.Step(t => ActivityMachine.Start(t, run.Activity, "r", "worker"));
        run.Signal("first");
        run.StartTask();
        var before = run.History.Count;

        run.Step(t => ActivityMachine.Complete(t, run.Activity, null, "worker"));
        run.Signal("second");

        Assert.Equal(before, run.History.Count);
        run.CompleteTask(RunFixture.StartTimer("t", 1));
        Assert.Equal(
            [
                EventType.WorkflowTaskCompleted, EventType.TimerStarted, EventType.ActivityTaskStarted,
                EventType.WorkflowExecutionSignaled, EventType.ActivityTaskCompleted, EventType.WorkflowTaskScheduled,
            ], run.Types.Skip(before));
        var completed = run.History.Single(e => e.EventType == EventType.ActivityTaskCompleted);
        var started = run.History.Single(e => e.EventType == EventType.ActivityTaskStarted);
        Assert.Equal(started.EventId, completed.ActivityTaskCompletedEventAttributes.StartedEventId);
    }

    [Fact]
    public void CancelledTimer_WhoseFiringIsBuffered_IsCanceledNotFired()
    {
        var run = new RunFixture();
        run.RunTask(RunFixture.StartTimer("t", 5));
        run.Signal("wake");
        run.StartTask();
        run.Now += TimeSpan.FromSeconds(6);
        run.FireDue();

        Assert.Null(run.CompleteTask(RunFixture.CancelTimer("t")));

        Assert.Contains(EventType.TimerCanceled, run.Types);
        Assert.DoesNotContain(EventType.TimerFired, run.Types);
    }

    [Fact]
    public void UnknownTimer_CannotBeCancelled()
    {
        var run = new RunFixture();
        run.StartTask();

        Assert.Equal(
            WorkflowTaskFailedCause.BadCancelTimerAttributes, run.CompleteTask(RunFixture.CancelTimer("none"))!.Cause);
    }

    [Fact]
    public void FullBuffer_FailsTheStartedTaskAndIsFlushed()
    {
        var run = new RunFixture();
        run.StartTask();

        for (var i = 0; i < 101; i++)
        {
            run.Signal($"s{i}");
        }

        Assert.Empty(run.State.Buffered);
        Assert.Equal(101, run.Types.Count(type => type == EventType.WorkflowExecutionSignaled));
        Assert.Contains(run.History, e => e.EventType == EventType.WorkflowTaskFailed
            && e.WorkflowTaskFailedEventAttributes.Cause == WorkflowTaskFailedCause.ForceCloseCommand);
    }

    [Fact]
    public void Signal_WithAKnownRequestId_IsTakenOnce()
    {
        var run = new RunFixture();

        run.Signal("go", "same");
        run.Signal("go", "same");

        Assert.Single(run.Types, EventType.WorkflowExecutionSignaled);
    }
}
