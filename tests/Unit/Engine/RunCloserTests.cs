using Runbooks.Engine.History;
using Runbooks.Engine.Machines;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Tests.Unit.Engine;

public sealed class RunCloserTests
{
    [Fact]
    public void FailedRun_WithARetryPolicy_ContinuesAfterItsBackoff()
    {
        var run = new RunFixture(a => a.RetryPolicy = new() { InitialInterval = new() { Seconds = 3 }, BackoffCoefficient = 1 });
        run.StartTask();
        Transition? last = null;
        last = run.Step(t =>
        {
            var completed = WorkflowTaskMachine.Complete(t, new());
            new CommandApplier(t, completed.EventId, "w", [], run.History[0], _ => null).ApplyAll([RunFixture.Fail()]);
        });

        var next = last.Successor!.State;
        Assert.Equal(2, next.Attempt);
        Assert.Equal(run.Now + TimeSpan.FromSeconds(3), next.FirstTaskAt);
        Assert.Equal(run.State.FirstRunId, next.FirstRunId);
        Assert.Equal(next.RunId.ToString(), run.History[^1].WorkflowExecutionFailedEventAttributes.NewExecutionRunId);
        Assert.Null(next.Task);
    }

    [Fact]
    public void Cron_StartsItsNextTimeWithTheLastResult()
    {
        var run = new RunFixture(a => a.CronSchedule = "0 4 * * *");
        run.StartTask();
        var last = run.Step(t =>
        {
            var completed = WorkflowTaskMachine.Complete(t, new());
            new CommandApplier(t, completed.EventId, "w", [], run.History[0], _ => null).ApplyAll([RunFixture.Complete()]);
        });

        Assert.Equal(new DateTimeOffset(2026, 1, 2, 4, 0, 0, TimeSpan.Zero), last.Successor!.State.FirstTaskAt);
    }

    [Fact]
    public void ClosedParent_PromisesEachChildItsPolicy_AndAnswersItsOwnParent()
    {
        var run = new RunFixture(a =>
        {
            a.ParentWorkflowNamespace = "ns";
            a.ParentWorkflowExecution = new() { WorkflowId = "p", RunId = Guid.NewGuid().ToString() };
            a.ParentInitiatedEventId = 5;
        });
        run.RunTask(Child("kill", ParentClosePolicy.Terminate), Child("keep", ParentClosePolicy.Abandon));
        foreach (var child in run.State.Children.Values)
        {
            child.RunId = Guid.NewGuid();
        }

        run.State.Outbox.Clear();
        run.Step(t => RunCloser.Terminate(t, "", null, ""));

        Assert.Equal(
            [(CrossRunKind.CloseChild, "kill"), (CrossRunKind.ReportToParent, "p")],
            run.State.Outbox.Select(o => (o.Kind, o.WorkflowId)));
    }

    [Fact]
    public void ContinueAsNew_KeepsTheChainAndSparesTheChildren()
    {
        var run = new RunFixture(a => a.Memo = new() { Fields = { ["k"] = new() } });
        run.RunTask(Child("kill", ParentClosePolicy.Terminate));
        run.State.Outbox.Clear();
        run.Signal("go");
        run.StartTask();

        var last = run.Step(t =>
        {
            var completed = WorkflowTaskMachine.Complete(t, new());
            new CommandApplier(t, completed.EventId, "w", [], run.History[0], _ => null).ApplyAll(
                [new Command { CommandType = CommandType.ContinueAsNewWorkflowExecution, ContinueAsNewWorkflowExecutionCommandAttributes = new() }]);
        });

        Assert.Empty(run.State.Outbox);
        Assert.Equal(WorkflowExecutionStatus.ContinuedAsNew, run.State.Status);
        Assert.Contains("k", last.Successor!.State.Memo.Fields.Keys);
        Assert.NotNull(last.Successor.State.Task);
    }

    [Fact]
    public void AdmittedUpdate_MovesToTheNextRun_AcceptedOneFails()
    {
        var run = new RunFixture(a => a.CronSchedule = "* * * * *");
        run.RunTask();
        run.Step(t => UpdateMachine.Admit(t, new() { Meta = new() { UpdateId = "open" }, Input = new() { Name = "n" } }));
        run.State.Updates["taken"] = new() { UpdateId = "taken", Stage = UpdateStage.Accepted };

        var last = run.Step(t => RunCloser.Complete(t, null, 4, null, run.History[0]));

        Assert.Contains("open", last.Successor!.State.Updates.Keys);
        Assert.Equal("AcceptedUpdateCompletedWorkflow",
            run.State.Updates["taken"].ServerOutcome!.Failure.ApplicationFailureInfo.Type);
    }

    private static Command Child(string id, ParentClosePolicy policy) => new()
    {
        CommandType = CommandType.StartChildWorkflowExecution,
        StartChildWorkflowExecutionCommandAttributes = new()
        {
            WorkflowId = id, WorkflowType = new() { Name = "c" }, ParentClosePolicy = policy,
        },
    };
}
