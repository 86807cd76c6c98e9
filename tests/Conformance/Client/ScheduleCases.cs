using Temporalio.Api.Enums.V1;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Client.Schedules;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;
using Runbooks.Tests.Conformance.Servers;

namespace Runbooks.Tests.Conformance.Client;

public sealed class ScheduleCases
{
    public static TheoryData<string> Servers => ServersUnderTest.All;

    [Theory, MemberData(nameof(Servers))]
    public async Task Schedule_IsDescribedAsItWasCreated(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var start = new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var schedule = Paused(at) with
        {
            Spec = new()
            {
                Calendars = [new() { Hour = [new(3)], DayOfWeek = [new(1, 5)], Comment = "weekdays" }],
                Intervals = [new(TimeSpan.FromHours(6), TimeSpan.FromMinutes(5))],
                Skip = [new() { Month = [new(12)], DayOfMonth = [new(25)] }],
                StartAt = start,
                EndAt = start.AddYears(1),
                Jitter = TimeSpan.FromSeconds(30),
                TimeZoneName = "Europe/Berlin",
            },
            Policy = new()
            {
                Overlap = ScheduleOverlapPolicy.BufferOne,
                CatchupWindow = TimeSpan.FromHours(1),
                PauseOnFailure = true,
            },
        };

        var handle = await at.Client.CreateScheduleAsync(at.Id, schedule, new()
        {
            Memo = new Dictionary<string, object> { ["owner"] = "dr" },
        });

        var described = await handle.DescribeAsync();
        var spec = described.Schedule.Spec;
        Assert.Equal([new ScheduleRange(3, 3, 1)], Normal(spec.Calendars.Single().Hour));
        Assert.Equal([new ScheduleRange(1, 5, 1)], Normal(spec.Calendars.Single().DayOfWeek));
        Assert.Equal("weekdays", spec.Calendars.Single().Comment);
        Assert.Equal(schedule.Spec.Intervals, spec.Intervals);
        Assert.Equal([new ScheduleRange(25, 25, 1)], Normal(spec.Skip.Single().DayOfMonth));
        Assert.Equal(start, spec.StartAt);
        Assert.Equal(start.AddYears(1), spec.EndAt);
        Assert.Equal(TimeSpan.FromSeconds(30), spec.Jitter);
        Assert.Equal("Europe/Berlin", spec.TimeZoneName);
        Assert.Equal(schedule.Policy, described.Schedule.Policy);
        Assert.Equal(schedule.State, described.Schedule.State);
        Assert.Equal("dr", await described.Memo["owner"].ToValueAsync<string>());
        var action = Assert.IsType<ScheduleActionStartWorkflow>(described.Schedule.Action);
        Assert.Equal("Scripted", action.Workflow);
        Assert.Equal(at.Id, action.Options.Id);
        Assert.Equal("arg", await Assert.IsAssignableFrom<IEncodedRawValue>(action.Args.Single())
            .ToValueAsync<string>());
        await handle.DeleteAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Schedule_OfATakenId_IsAlreadyRunning(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.Client.CreateScheduleAsync(at.Id, Paused(at));

        await Assert.ThrowsAsync<ScheduleAlreadyRunningException>(() =>
            at.Client.CreateScheduleAsync(at.Id, Paused(at)));

        await handle.DeleteAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Trigger_StartsTheWorkflowWithTheNominalTimeInItsId(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.Client.CreateScheduleAsync(at.Id, Paused(at));

        await handle.TriggerAsync();
        var task = await at.Worker.AnswerAsync(ScriptedWorker.Complete("done"));

        Assert.StartsWith(at.Id + "-", task.WorkflowExecution.WorkflowId, StringComparison.Ordinal);
        var described = await VisibilityCases.UntilAsync(
            () => handle.DescribeAsync(), found => found.Info.RecentActions.Count == 1);
        var action = Assert.IsType<ScheduleActionExecutionStartWorkflow>(described.Info.RecentActions.Single().Action);
        Assert.Equal(task.WorkflowExecution.WorkflowId, action.WorkflowId);
        Assert.Equal(1, described.Info.NumActions);
        await handle.DeleteAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Backfill_ActsForThePast(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var schedule = Paused(at) with { Spec = new() { Intervals = [new(TimeSpan.FromHours(1))] } };
        var handle = await at.Client.CreateScheduleAsync(at.Id, schedule);
        var noon = new DateTime(2026, 1, 2, 12, 0, 0, DateTimeKind.Utc);

        await handle.BackfillAsync(
            [new(noon.AddMinutes(-10), noon.AddMinutes(10), ScheduleOverlapPolicy.AllowAll)]);

        var task = await at.Worker.AnswerAsync(ScriptedWorker.Complete(null));
        Assert.Equal($"{at.Id}-2026-01-02T12:00:00Z", task.WorkflowExecution.WorkflowId);
        await handle.DeleteAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Pause_AndUnpause_ChangeStateAndNote(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.Client.CreateScheduleAsync(at.Id, Paused(at));

        await handle.UnpauseAsync("go");
        Assert.Equal(new ScheduleState { Note = "go" }, (await handle.DescribeAsync()).Schedule.State);
        await handle.PauseAsync("stop");
        Assert.Equal(new ScheduleState { Note = "stop", Paused = true }, (await handle.DescribeAsync()).Schedule.State);
        await handle.DeleteAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Update_ChangesTheScheduleAndKeepsTheAction(string server)
    {
        var at = await ClientCase.StartAsync(server, options =>
            options.DataConverter = DataConverter.Default with { PayloadCodec = new ReversingCodec() });
        var handle = await at.Client.CreateScheduleAsync(at.Id, Paused(at));

        await handle.UpdateAsync(input => new(input.Description.Schedule with
        {
            Spec = new() { CronExpressions = ["0 3 * * *"] },
        }));

        var described = await handle.DescribeAsync();
        Assert.Equal([new ScheduleRange(3, 3, 1)], Normal(described.Schedule.Spec.Calendars.Single().Hour));
        Assert.NotNull(described.Info.LastUpdatedAt);
        var action = Assert.IsType<ScheduleActionStartWorkflow>(described.Schedule.Action);
        Assert.Equal("arg", await Assert.IsAssignableFrom<IEncodedRawValue>(action.Args.Single())
            .ToValueAsync<string>());
        await handle.DeleteAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Deleted_IsNotFoundAndUnlisted(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.Client.CreateScheduleAsync(at.Id, Paused(at));
        await VisibilityCases.UntilAsync(() => IsListedAsync(at), listed => listed);

        await handle.DeleteAsync();

        await VisibilityCases.UntilAsync(() => IsListedAsync(at), listed => !listed);
        var error = await Assert.ThrowsAsync<RpcException>(() => handle.DescribeAsync());
        Assert.Equal(RpcException.StatusCode.NotFound, error.Code);
    }

    private static async Task<bool> IsListedAsync(ClientCase at)
    {
        await foreach (var schedule in at.Client.ListSchedulesAsync())
        {
            if (schedule.Id == at.Id)
            {
                var action = Assert.IsType<ScheduleListActionStartWorkflow>(schedule.Schedule!.Action);
                Assert.Equal("Scripted", action.Workflow);
                return true;
            }
        }

        return false;
    }

    private static Schedule Paused(ClientCase at) => new(
        ScheduleActionStartWorkflow.Create("Scripted", ["arg"], at.Options),
        new() { Intervals = [new(TimeSpan.FromDays(30))] })
    {
        State = new() { Paused = true, Note = "not yet" },
    };

    /// <summary>A server may leave out an end or step that says nothing.</summary>
    private static IEnumerable<ScheduleRange> Normal(IReadOnlyCollection<ScheduleRange> ranges) =>
        ranges.Select(range => new ScheduleRange(
            range.Start, Math.Max(range.Start, range.End), Math.Max(1, range.Step)));
}
