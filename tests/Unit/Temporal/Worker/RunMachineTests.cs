using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker.Core;
using Runbooks.Temporal.Workflows;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Tests.Unit.Temporal.Worker;

/// <summary>The core of a run against written histories: activations, pairing, nondeterminism.</summary>
public sealed class RunMachineTests
{
    [Fact]
    public void FirstTask_BringsTheStart_AndAnswersWithCommandsAndFlags()
    {
        var machine = Story.Begin().Machine();
        var activation = machine.NextActivation()!;
        Assert.IsType<InitializeWorkflow>(Assert.Single(activation.Jobs));
        Assert.False(activation.IsReplaying);
        machine.Apply([Timer(1)]);
        Assert.Null(machine.NextActivation());
        var result = machine.TakeResult();
        Assert.Equal(CommandType.StartTimer, Assert.Single(result.Commands).CommandType);
        Assert.Equal([1u, 2u, 3u], result.CoreFlags);
    }

    [Fact]
    public void Replay_PairsCommandsWithEvents_AndFiresTheTimer()
    {
        var machine = Story.Begin().Completed().TimerStarted(1).TimerFired(5).Task().Machine();
        Assert.True(machine.NextActivation()!.IsReplaying);
        machine.Apply([Timer(1)]);
        var second = machine.NextActivation()!;
        Assert.False(second.IsReplaying);
        Assert.Equal(new FireTimer(1), Assert.Single(second.Jobs));
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(7), second.Timestamp);
    }

    [Fact]
    public void Replay_WithAnotherCommand_IsNondeterminism()
    {
        var machine = Story.Begin().Completed().TimerStarted(1).Task().Machine();
        machine.NextActivation();
        machine.Apply([Activity(1)]);
        var refused = Assert.Throws<WorkflowNondeterminismException>(() => machine.NextActivation());
        Assert.StartsWith("[TMPRL1100] Nondeterminism error: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("HistoryEvent(id: 5, TimerStarted)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_WithoutTheCommand_IsNondeterminism()
    {
        var machine = Story.Begin().Completed().TimerStarted(1).Task().Machine();
        machine.NextActivation();
        Assert.Throws<WorkflowNondeterminismException>(() => machine.NextActivation());
    }

    [Fact]
    public void Replay_WithACommandTooMany_IsNondeterminism()
    {
        var machine = Story.Begin().Completed().TimerStarted(1).Signaled("s").Task().Machine();
        machine.NextActivation();
        machine.Apply([Timer(1), Timer(2)]);
        Assert.Throws<WorkflowNondeterminismException>(() => machine.NextActivation());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Replay_WithAnotherActivityType_IsNondeterminismOnlyUnderTheFlag(bool flag)
    {
        var story = Story.Begin();
        var machine = (flag ? story.Completed(1) : story.Completed())
            .ActivityScheduled("1", "Renamed").Signaled("s").Task().Machine();
        machine.NextActivation();
        machine.Apply([Activity(1)]);
        if (flag)
        {
            Assert.Throws<WorkflowNondeterminismException>(() => machine.NextActivation());
        }
        else
        {
            Assert.NotNull(machine.NextActivation());
        }
    }

    [Fact]
    public void TimerCancelledUnsent_LeavesNoCommand()
    {
        var machine = Story.Begin().Machine();
        machine.NextActivation();
        machine.Apply([Timer(1), new CancelTimer(1)]);
        Assert.Null(machine.NextActivation());
        Assert.Empty(machine.TakeResult().Commands);
    }

    [Fact]
    public void ActivityCancelledUnsent_ResolvesInTheSameTask()
    {
        var machine = Story.Begin().Machine();
        machine.NextActivation();
        machine.Apply([Activity(1), new RequestCancelActivity(1)]);
        var resolved = Assert.IsType<ResolveActivity>(Assert.Single(machine.NextActivation()!.Jobs));
        Assert.True(resolved.Outcome.Canceled);
        Assert.Empty(machine.TakeResult().Commands);
    }

    [Fact]
    public void CommandsAfterTheEnd_AreMovedBeforeIt_AndOnlyTheFirstEndCounts()
    {
        var machine = Story.Begin().Machine();
        machine.NextActivation();
        machine.Apply([new CompleteWorkflow(null), Timer(1), new CancelWorkflowExecution()]);
        Assert.Equal(
            [CommandType.StartTimer, CommandType.CompleteWorkflowExecution],
            machine.TakeResult().Commands.Select(c => c.CommandType));
    }

    [Fact]
    public void EmptyTasks_AreMergedOnReplay()
    {
        var machine = Story.Begin().Completed().Task().Completed().Task().Completed().Signaled("s").Task().Machine();
        Assert.True(machine.NextActivation()!.IsReplaying);
        var second = machine.NextActivation()!;
        Assert.IsType<SignalWorkflow>(Assert.Single(second.Jobs));
        Assert.Null(machine.NextActivation());
    }

    [Fact]
    public void FailedTask_IsNoBoundary()
    {
        var machine = Story.Begin().Add(EventType.WorkflowTaskFailed, e => e.WorkflowTaskFailedEventAttributes = new())
            .Signaled("s").Task().Machine();
        var jobs = machine.NextActivation()!.Jobs;
        Assert.Collection(
            jobs, j => Assert.IsType<InitializeWorkflow>(j), j => Assert.IsType<SignalWorkflow>(j));
    }

    [Fact]
    public void PartialHistory_WithAGap_IsRefused()
    {
        var machine = Story.Begin().Machine();
        machine.NextActivation();
        var later = Story.Begin().Completed().Signaled("s").Task().Events;
        Assert.False(machine.Feed(later.Skip(4).ToArray(), []));
        Assert.True(machine.Feed(later.Skip(3).ToArray(), []));
    }

    [Fact]
    public void PatchMarker_IsAnnouncedBeforeTheCodeRuns()
    {
        var machine = Story.Begin().Completed().Marker(Markers.Patch("p", false)).Task().Machine();
        Assert.Contains(new NotifyHasPatch("p"), machine.NextActivation()!.Jobs);
        machine.Apply([new SetPatchMarker("p", false)]);
        Assert.Null(machine.NextActivation());
    }

    [Fact]
    public void PatchMarker_Deprecated_MayBeAbsentFromHistoryAndFromCode()
    {
        var without = Story.Begin().Completed().Signaled("s").Task().Machine();
        without.NextActivation();
        without.Apply([new SetPatchMarker("p", true)]);
        Assert.NotNull(without.NextActivation());

        var with = Story.Begin().Completed().Marker(Markers.Patch("p", true)).Signaled("s").Task().Machine();
        with.NextActivation();
        Assert.NotNull(with.NextActivation());
    }

    [Fact]
    public void LocalActivities_ResolveInMarkerOrder_OnePerActivation()
    {
        var done = DateTime.UnixEpoch.AddSeconds(100);
        LocalActivityRecord Record(uint seq) => new(
            seq, 1, $"{seq}", "Local", done, null, null, Story.Payload("x"), null);
        var machine = Story.Begin().Completed(1, 2, 3)
            .Marker(Markers.LocalActivity(Record(2))).Marker(Markers.LocalActivity(Record(1)))
            .Signaled("s").Task().Machine();
        machine.NextActivation();
        machine.Apply([Local(1), Local(2)]);
        var first = machine.NextActivation()!;
        Assert.Equal(2u, Assert.IsType<ResolveActivity>(Assert.Single(first.Jobs)).Seq);
        Assert.Equal(done, first.Timestamp);
        Assert.Equal(1u, Assert.IsType<ResolveActivity>(Assert.Single(machine.NextActivation()!.Jobs)).Seq);
        Assert.IsType<SignalWorkflow>(Assert.Single(machine.NextActivation()!.Jobs));
        Assert.Empty(machine.TakeUnstartedLocals());
    }

    [Fact]
    public void LocalActivity_WithoutMarker_IsStartedOnlyWhenLive()
    {
        var machine = Story.Begin().Completed().Signaled("s").Task().Machine();
        machine.NextActivation();
        machine.Apply([Local(1)]);
        machine.NextActivation();
        Assert.Null(machine.NextActivation());
        Assert.False(machine.IsReplaying);
        Assert.Single(machine.TakeUnstartedLocals());
        Assert.True(machine.HasOpenLocalActivities);
    }

    private static StartTimer Timer(uint seq) => new(seq, TimeSpan.FromSeconds(1), null);

    private static ScheduleActivity Activity(uint seq) =>
        new(seq, Attributes(seq), ActivityCancellationType.TryCancel, null);

    private static ScheduleLocalActivity Local(uint seq) => new(
        seq, Attributes(seq), ActivityCancellationType.TryCancel, TimeSpan.FromMinutes(1), 1, null, null);

    private static ScheduleActivityTaskCommandAttributes Attributes(uint seq) =>
        new() { ActivityId = $"{seq}", ActivityType = new() { Name = "Local" } };
}
