using Runbooks.Engine.Schedules;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Schedule.V1;
using Duration = Google.Protobuf.WellKnownTypes.Duration;
using Overlap = Temporalio.Api.Enums.V1.ScheduleOverlapPolicy;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace Runbooks.Tests.Unit.EngineFront;

public sealed class ScheduleMovesTests
{
    private static readonly DateTime Noon = new(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(Overlap.Unspecified, 0, 2)]
    [InlineData(Overlap.Skip, 0, 2)]
    [InlineData(Overlap.BufferOne, 1, 1)]
    [InlineData(Overlap.BufferAll, 2, 0)]
    public void Next_WhileOneRuns_KeepsWhatThePolicyKeeps(Overlap policy, int kept, int skipped)
    {
        var record = Hourly(policy);
        StartDue(record, Noon.AddHours(1));
        ScheduleMoves.Consider(record, Spec(record), Noon.AddHours(3), Guid.NewGuid);

        Assert.Null(ScheduleMoves.Next(record, Noon.AddHours(3)));

        Assert.Equal(kept, record.Progress.Waiting.Count);
        Assert.Equal(skipped, record.Info.OverlapSkipped);
    }

    [Theory]
    [InlineData(Overlap.CancelOther, false)]
    [InlineData(Overlap.TerminateOther, true)]
    public void Next_WhenOthersMustStop_AsksOnceThenStartsTheNewest(Overlap policy, bool terminate)
    {
        var record = Hourly(policy);
        var running = StartDue(record, Noon.AddHours(1));
        ScheduleMoves.Consider(record, Spec(record), Noon.AddHours(2), Guid.NewGuid);

        var stop = Assert.IsType<ScheduleMove.StopOthers>(ScheduleMoves.Next(record, Noon.AddHours(2)));
        stop.Due.OthersStopped = true;
        Assert.Equal(terminate, stop.Terminate);
        Assert.Null(ScheduleMoves.Next(record, Noon.AddHours(2)));

        ScheduleMoves.Closed(record, running, WorkflowExecutionStatus.Canceled, null, null);
        Assert.Same(stop.Due, Assert.IsType<ScheduleMove.Start>(ScheduleMoves.Next(record, Noon.AddHours(2))).Due);
    }

    [Fact]
    public void Next_AllowAll_StartsBesideARunningOne()
    {
        var record = Hourly(Overlap.AllowAll);
        StartDue(record, Noon.AddHours(1));
        ScheduleMoves.Consider(record, Spec(record), Noon.AddHours(2), Guid.NewGuid);
        Assert.IsType<ScheduleMove.Start>(ScheduleMoves.Next(record, Noon.AddHours(2)));
        Assert.True(Assert.Single(record.Progress.Watched).Overlapping);
    }

    [Fact]
    public void Consider_OlderThanTheCatchUpWindow_IsCountedAsMissed()
    {
        var record = Hourly(Overlap.AllowAll);
        record.Schedule.Policies.CatchupWindow = Duration.FromTimeSpan(TimeSpan.FromMinutes(90));
        ScheduleMoves.Consider(record, Spec(record), Noon.AddHours(5), Guid.NewGuid);
        Assert.Equal(3, record.Info.MissedCatchupWindow);
        Assert.Equal([Noon.AddHours(4), Noon.AddHours(5)], record.Progress.Waiting.Select(due => due.Nominal));
    }

    [Fact]
    public void Consider_WhilePaused_PassesOverAndDoesNotCatchUpAfterwards()
    {
        var record = Hourly(Overlap.AllowAll);
        record.Schedule.State.Paused = true;
        ScheduleMoves.Consider(record, Spec(record), Noon.AddHours(3), Guid.NewGuid);
        ScheduleMoves.Patch(record, new SchedulePatch { Unpause = "go" }, Noon.AddHours(3), Guid.NewGuid);
        ScheduleMoves.Consider(record, Spec(record), Noon.AddHours(3), Guid.NewGuid);
        Assert.Empty(record.Progress.Waiting);
        Assert.Equal("go", record.Schedule.State.Notes);
    }

    [Fact]
    public void Started_WithLimitedActions_CountsDownAndStops()
    {
        var record = Hourly(Overlap.AllowAll);
        (record.Schedule.State.LimitedActions, record.Schedule.State.RemainingActions) = (true, 1);
        ScheduleMoves.Consider(record, Spec(record), Noon.AddHours(1), Guid.NewGuid);
        StartNext(record, Noon.AddHours(1));
        Assert.Equal(0, record.Schedule.State.RemainingActions);
        ScheduleMoves.Consider(record, Spec(record), Noon.AddHours(2), Guid.NewGuid);
        Assert.Null(ScheduleMoves.Next(record, Noon.AddHours(2)));
        Assert.Empty(record.Progress.Waiting);
    }

    [Fact]
    public void Patch_TriggerAndBackfill_PassPauseAndLimit()
    {
        var record = Hourly(Overlap.AllowAll);
        record.Schedule.State.Paused = true;
        ScheduleMoves.Patch(record, new SchedulePatch
        {
            TriggerImmediately = new TriggerImmediatelyRequest(),
            BackfillRequest =
            {
                new BackfillRequest
                {
                    StartTime = Timestamp.FromDateTime(Noon.AddDays(-1)),
                    EndTime = Timestamp.FromDateTime(Noon.AddDays(-1).AddHours(2)),
                },
            },
        }, Noon, Guid.NewGuid);
        ScheduleMoves.Consider(record, Spec(record), Noon, Guid.NewGuid);
        Assert.Equal(
            [Noon, Noon.AddDays(-1), Noon.AddDays(-1).AddHours(1), Noon.AddDays(-1).AddHours(2)],
            record.Progress.Waiting.Select(due => due.Nominal));
        Assert.All(record.Progress.Waiting, due => Assert.True(due.Manual));
    }

    [Fact]
    public void Backfill_OfAYear_IsTakenTenAPass()
    {
        var record = Hourly(Overlap.BufferAll);
        record.Progress.Considered = Noon.AddDays(400);
        ScheduleMoves.Patch(record, new SchedulePatch
        {
            BackfillRequest =
            {
                new BackfillRequest
                {
                    StartTime = Timestamp.FromDateTime(Noon),
                    EndTime = Timestamp.FromDateTime(Noon.AddDays(365)),
                },
            },
        }, Noon, Guid.NewGuid);
        ScheduleMoves.Consider(record, Spec(record), Noon, Guid.NewGuid);
        Assert.Equal(ScheduleMoves.BackfillsPerPass, record.Progress.Waiting.Count);
        for (var pass = 0; pass < 200; pass++)
        {
            ScheduleMoves.Consider(record, Spec(record), Noon, Guid.NewGuid);
        }
        Assert.Equal(ScheduleMoves.WaitingMax, record.Progress.Waiting.Count);
    }

    [Fact]
    public void Closed_ByFailure_PausesWhenAskedAndHandsTheFailureOn()
    {
        var record = Hourly(Overlap.Skip);
        record.Schedule.Policies.PauseOnFailure = true;
        var run = StartDue(record, Noon.AddHours(1));
        ScheduleMoves.Closed(record, run, WorkflowExecutionStatus.Failed, null, new Failure { Message = "disk full" });
        Assert.True(record.Schedule.State.Paused);
        Assert.Contains("disk full", record.Schedule.State.Notes, StringComparison.Ordinal);
        Assert.NotEmpty(record.Progress.LastFailure);
        Assert.Equal(WorkflowExecutionStatus.Failed, record.Info.RecentActions.Single().StartWorkflowStatus);
    }

    private static ScheduleRecord Hourly(Overlap policy) => new()
    {
        Namespace = "default",
        ScheduleId = "hourly",
        Schedule = new Schedule
        {
            Spec = new ScheduleSpec { CronString = { "@hourly" } },
            Policies = new SchedulePolicies { OverlapPolicy = policy },
            State = new ScheduleState(),
        },
        Progress = new ScheduleProgress { Considered = Noon },
    };

    private static CompiledSpec Spec(ScheduleRecord record) => CompiledSpec.Compile(record.Schedule.Spec);

    private static WatchedRun StartDue(ScheduleRecord record, DateTime at)
    {
        ScheduleMoves.Consider(record, Spec(record), at, Guid.NewGuid);
        return StartNext(record, at);
    }

    private static WatchedRun StartNext(ScheduleRecord record, DateTime at)
    {
        var start = Assert.IsType<ScheduleMove.Start>(ScheduleMoves.Next(record, at));
        var run = new WorkflowExecution { WorkflowId = "w", RunId = Guid.NewGuid().ToString() };
        ScheduleMoves.Started(record, start.Due, run, at);
        return record.Progress.Watched[^1];
    }
}
