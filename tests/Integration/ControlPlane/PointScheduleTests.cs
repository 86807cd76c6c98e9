using Dapper;
using Npgsql;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Workers;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Workloads;
using Runbooks.Temporal.Client.Schedules;
using Runbooks.Temporal.Exceptions;
using Runbooks.Workflows.RecoveryPoints;

namespace Runbooks.Tests.Integration.ControlPlane;

/// <summary>
/// A policy's schedule of recovery points is one in the engine, and its count is what stays on the list.
/// </summary>
public sealed class PointScheduleTests : IAsyncLifetime
{
    private static readonly ProtectionId Protection = ProtectionId.Parse("prt_pointed");
    private ControlPlaneFixture _plane = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlaneFixture.StartAsync(o => o with { Roles = ControlPlaneRoles.All });
        var policy = ApiJson.Write(new ProtectionPolicy(
            Protection, WorkloadId.Parse("pay-db"), GroupId.Parse("payments"), SiteId.Parse("north"),
            [SiteId.Parse("south")]) { RecoveryPointsKept = 2 });
        var workload = ApiJson.Write(Sites.SiteUnderTest.Workload());
        await ExecuteAsync(
            $"""
            insert into control.groups (id, title) values ('payments', 'Payments');
            insert into control.sites (id, title) values ('north', 'North'), ('south', 'South');
            insert into control.workloads (id, grp, site, metadata)
              values ('pay-db', 'payments', 'north', '{workload}');
            insert into control.protections (id, workload, grp, policy, state) values
              ('prt_pointed', 'pay-db', 'payments', '{policy}', 'setting-up')
            """);
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task Schedule_FollowsTheProtectionsLifeAndPolicy()
    {
        Assert.Null(await EveryAsync());
        await ExecuteAsync("update control.protections set state = 'protected'");
        await UntilAsync(TimeSpan.FromHours(1));
        await ChangeAsync(600);
        await UntilAsync(TimeSpan.FromMinutes(10));
        await ChangeAsync(0);
        await UntilAsync(null);
        await ChangeAsync(600);
        await UntilAsync(TimeSpan.FromMinutes(10));
        await ExecuteAsync("update control.protections set state = 'removed', ended_at = clock_timestamp()");
        await UntilAsync(null);
    }

    [Fact]
    public async Task Points_AboveTheCount_LeaveTheListOldestFirstAndAreAskedForUntilTheyAreGone()
    {
        var points = Enumerable.Range(0, 5).Select(_ => $"rp_{Guid.NewGuid():N}").ToList();
        for (var age = 0; age < points.Count; age++)
        {
            await MakeAsync(points[age], "periodic", age, pinned: age == 4);
        }

        await MakeAsync($"rp_{Guid.NewGuid():N}", "anomaly", 9, pinned: false);
        var activities = _plane.Get<PointActivities>();

        // The two youngest stay, the oldest is kept by somebody, another reason is not the schedule's business.
        var leaving = await activities.ExpirePointsAsync(Protection);
        Assert.Equal([points[3], points[2]], leaving.Select(c => c.Point.ToString()));
        Assert.Equal(leaving, await activities.ExpirePointsAsync(Protection));
        var shown = await _plane.Admin.GetAsync("/api/v1/recovery-points?workload=pay-db").OkAsync();
        Assert.Equal(4, shown["items"]!.AsArray().Count);

        await activities.RecordDroppedAsync(new(Protection, [leaving[0]]));
        Assert.Equal([leaving[1]], await activities.ExpirePointsAsync(Protection));
        await activities.RecordDroppedAsync(new(Protection, [leaving[1]]));
        Assert.Empty(await activities.ExpirePointsAsync(Protection));
        var told = await _plane.Admin.GetAsync("/api/v1/audit?kind=recovery-point.expired").OkAsync();
        Assert.Contains(points[3], told["items"]!.AsArray().Single()!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Point_ThatAnOpenRunWasStartedFrom_StaysUntilTheRunHasEnded()
    {
        var points = Enumerable.Range(0, 3).Select(_ => $"rp_{Guid.NewGuid():N}").ToList();
        for (var age = 0; age < points.Count; age++)
        {
            await MakeAsync(points[age], "periodic", age, pinned: false);
        }

        await ExecuteAsync(
            $$"""
            insert into control.runs (id, kind, is_real, plan_hash, workflow_type, workflow_id, input, requested_by)
            values ('run_open', 'failover-unplanned', true, 'h', 'Runbook', 'run/run_open',
                    '{"point": "{{points[2]}}"}', 'somebody')
            """);
        var activities = _plane.Get<PointActivities>();
        Assert.Empty(await activities.ExpirePointsAsync(Protection));
        await ExecuteAsync("update control.runs set ended_at = clock_timestamp() where id = 'run_open'");
        Assert.Equal(points[2], Assert.Single(await activities.ExpirePointsAsync(Protection)).Point.ToString());
    }

    [Fact]
    public async Task Plan_WithoutACompleteStandby_IsNowhereAndSaysWhy()
    {
        var plan = await _plane.Get<PointActivities>().PlanPointsAsync(Protection);
        Assert.Empty(plan.Sites);
        Assert.NotEmpty(plan.Reason);
    }

    private Task ChangeAsync(int everySeconds) => ExecuteAsync(
        $$"""
        update control.protections set policy = policy || '{"recoveryPointEverySeconds": {{everySeconds}}}'
        """);

    private Task MakeAsync(string id, string reason, int hoursOld, bool pinned) => ExecuteAsync(
        $"""
        insert into control.recovery_points (id, site, protection, workload, reason, at, pinned)
        values ('{id}', 'south', 'prt_pointed', 'pay-db', '{reason}',
                clock_timestamp() - interval '{hoursOld} h', {pinned})
        """);

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_plane.Options.Postgres);
        await connection.ExecuteAsync(sql);
    }

    private async Task UntilAsync(TimeSpan? every)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await EveryAsync() != every)
        {
            Assert.False(limit.IsCancellationRequested, $"{await EveryAsync()} and not {every}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private async Task<TimeSpan?> EveryAsync()
    {
        try
        {
            var client = await _plane.Get<EngineLink>().ClientAsync(TestContext.Current.CancellationToken);
            var schedule = await client.GetScheduleHandle(RecoveryPointsWorkflow.IdOf(Protection)).DescribeAsync();
            return schedule.Schedule.Spec.Intervals.Single().Every;
        }
        catch (RpcException gone) when (gone.Code == RpcException.StatusCode.NotFound)
        {
            return null;
        }
    }
}
