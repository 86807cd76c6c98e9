using Runbooks.Engine.Machines;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Tests.Unit.Engine;

public sealed class StartPolicyTests
{
    [Theory]
    [InlineData(WorkflowIdConflictPolicy.Unspecified, StartVerdict.AlreadyExists)]
    [InlineData(WorkflowIdConflictPolicy.Fail, StartVerdict.AlreadyExists)]
    [InlineData(WorkflowIdConflictPolicy.UseExisting, StartVerdict.UseExisting)]
    [InlineData(WorkflowIdConflictPolicy.TerminateExisting, StartVerdict.TerminateAndStart)]
    public void OpenRun_IsGovernedByTheConflictPolicy(WorkflowIdConflictPolicy policy, StartVerdict expected)
    {
        var run = new RunFixture();

        Assert.Equal(expected, StartPolicy.Decide(
            run.State, "other", default, policy, run.Now.AddMinutes(1), TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData(WorkflowIdReusePolicy.AllowDuplicate, WorkflowExecutionStatus.Completed, StartVerdict.Start)]
    [InlineData(WorkflowIdReusePolicy.AllowDuplicateFailedOnly, WorkflowExecutionStatus.Completed, StartVerdict.AlreadyExists)]
    [InlineData(WorkflowIdReusePolicy.AllowDuplicateFailedOnly, WorkflowExecutionStatus.TimedOut, StartVerdict.Start)]
    [InlineData(WorkflowIdReusePolicy.AllowDuplicateFailedOnly, WorkflowExecutionStatus.Canceled, StartVerdict.Start)]
    [InlineData(WorkflowIdReusePolicy.RejectDuplicate, WorkflowExecutionStatus.Failed, StartVerdict.AlreadyExists)]
    public void ClosedRun_IsGovernedByTheReusePolicy(
        WorkflowIdReusePolicy policy, WorkflowExecutionStatus status, StartVerdict expected)
    {
        var run = new RunFixture();
        run.State.Status = status;

        Assert.Equal(expected, StartPolicy.Decide(run.State, "other", policy, default, run.Now, TimeSpan.Zero));
    }

    [Fact]
    public void SameRequest_FindsItsOwnRunWhateverThePolicy()
    {
        var run = new RunFixture();
        run.State.Status = WorkflowExecutionStatus.Completed;

        Assert.Equal(StartVerdict.SameRequest, StartPolicy.Decide(
            run.State, "start", WorkflowIdReusePolicy.RejectDuplicate, default, run.Now, TimeSpan.Zero));
    }

    [Fact]
    public void ReplacingARunJustStarted_IsRefusedAsTooSoon()
    {
        var run = new RunFixture();

        Assert.Equal(StartVerdict.TooSoon, StartPolicy.Decide(
            run.State, "other", default, WorkflowIdConflictPolicy.TerminateExisting, run.Now, TimeSpan.FromSeconds(1)));
    }
}
