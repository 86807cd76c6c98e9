using Runbooks.Engine.History;
using Runbooks.Engine.Machines;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Tests.Unit.Engine;

public sealed class WorkflowTaskMachineTests
{
    [Fact]
    public void CompletedTask_WritesItsEventsThenTheCommandsInOrder()
    {
        var run = new RunFixture();

        run.RunTask(RunFixture.StartTimer("t", 5), RunFixture.Schedule("a"));

        Assert.Equal(
            [
                EventType.WorkflowExecutionStarted, EventType.WorkflowTaskScheduled, EventType.WorkflowTaskStarted,
                EventType.WorkflowTaskCompleted, EventType.TimerStarted, EventType.ActivityTaskScheduled,
            ], run.Types);
        Assert.Equal(4, run.History[5].ActivityTaskScheduledEventAttributes.WorkflowTaskCompletedEventId);
    }

    [Fact]
    public void FailedTask_IsTriedAgainWithoutEventsUntilItCompletes()
    {
        var run = new RunFixture();
        run.StartTask();
        run.Step(t => WorkflowTaskMachine.Fail(t, WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure, null, "w"));
        var afterFirst = run.History.Count;

        run.StartTask();
        run.Step(t => WorkflowTaskMachine.TimeOut(t, TimeoutType.StartToClose));

        Assert.Equal(afterFirst, run.History.Count);
        Assert.Equal(3, run.State.Task!.Attempt);
        run.RunTask(RunFixture.Complete());
        Assert.Equal(
            [
                EventType.WorkflowTaskScheduled, EventType.WorkflowTaskStarted, EventType.WorkflowTaskCompleted,
                EventType.WorkflowExecutionCompleted,
            ], run.Types.Skip(afterFirst));
        Assert.Equal(3, run.History[afterFirst].WorkflowTaskScheduledEventAttributes.Attempt);
    }

    [Fact]
    public void Signal_DuringATransientRetry_MakesTheNextTaskNormal()
    {
        var run = new RunFixture();
        run.StartTask();
        run.Step(t => WorkflowTaskMachine.Fail(t, WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure, null, "w"));

        run.Signal("go");

        Assert.Equal(WorkflowTaskKind.Normal, run.State.Task!.Kind);
        Assert.Equal(1, run.State.Task.Attempt);
        Assert.Equal([EventType.WorkflowExecutionSignaled, EventType.WorkflowTaskScheduled], run.Types.TakeLast(2));
    }

    [Fact]
    public void StickyTimeout_FallsBackToTheNormalQueueAndDoesNotCountAsAttempt()
    {
        var run = new RunFixture();
        run.RunTask();
        run.State.Sticky = new StickyWorker("near", TimeSpan.FromSeconds(10));
        run.Signal("go");
        Assert.True(run.State.Task!.OnStickyQueue);

        run.Now += TimeSpan.FromSeconds(11);
        Assert.True(run.FireDue());

        Assert.Equal([EventType.WorkflowTaskTimedOut, EventType.WorkflowTaskScheduled], run.Types.TakeLast(2));
        Assert.Equal("queue", run.State.Task!.TaskQueue);
        Assert.Equal(1, run.State.Task.Attempt);
        Assert.Null(run.State.Sticky);
    }

    [Fact]
    public void FourthAttempt_IsGivenMoreTime()
    {
        var run = new RunFixture();
        for (var i = 0; i < 3; i++)
        {
            run.StartTask();
            run.Step(t => WorkflowTaskMachine.TimeOut(t, TimeoutType.StartToClose));
        }

        Assert.Equal(4, run.State.Task!.Attempt);
        Assert.Equal(TimeSpan.FromSeconds(15), run.State.Task.StartToClose);
    }

    [Fact]
    public void VirtualTask_ShowsEventsWithTheIdsTheyWillGet()
    {
        var run = new RunFixture();
        run.RunTask();
        run.Step(t => UpdateMachine.Admit(t, new() { Meta = new() { UpdateId = "u" }, Input = new() { Name = "n" } }));
        Assert.Equal(WorkflowTaskKind.Speculative, run.State.Task!.Kind);
        run.StartTask();

        var shown = new List<long>();
        run.Step(t => shown.AddRange(WorkflowTaskMachine.VirtualEvents(t).Select(e => e.EventId)));

        Assert.Equal([5, 6], shown);
        Assert.Equal(4, run.History.Count);
    }

    [Fact]
    public void SpeculativeTask_ThatIsDiscarded_LeavesNothing()
    {
        var run = new RunFixture();
        run.RunTask();
        run.Step(t => UpdateMachine.Admit(t, new() { Meta = new() { UpdateId = "u" }, Input = new() { Name = "n" } }));
        run.StartTask();

        run.Step(WorkflowTaskMachine.Discard);

        Assert.Equal(4, run.History.Count);
        Assert.Null(run.State.Task);
    }

    [Fact]
    public void Signal_BeforeASpeculativeTaskStarted_MakesItReal()
    {
        var run = new RunFixture();
        run.RunTask();
        run.Step(t => UpdateMachine.Admit(t, new() { Meta = new() { UpdateId = "u" }, Input = new() { Name = "n" } }));

        run.Signal("go");

        Assert.Equal([EventType.WorkflowTaskScheduled, EventType.WorkflowExecutionSignaled], run.Types.TakeLast(2));
        Assert.Equal(5, run.State.Task!.ScheduledEventId);
    }

    [Fact]
    public void Termination_WithAStartedTask_FailsItFirstAndFlushesTheBuffer()
    {
        var run = new RunFixture();
        run.StartTask();
        run.Signal("late");

        run.Step(t => RunCloser.Terminate(t, "enough", null, "op"));

        Assert.Equal(
            [EventType.WorkflowTaskFailed, EventType.WorkflowExecutionSignaled, EventType.WorkflowExecutionTerminated],
            run.Types.TakeLast(3));
        Assert.Equal(WorkflowExecutionStatus.Terminated, run.State.Status);
    }
}
