using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker;
using Runbooks.Temporal.Workflows;
using Runbooks.Tests.Conformance.Servers;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Tests.Conformance.Worker;

/// <summary>Activities: retries, timeouts, heartbeats, cancellation, asynchronous completion.</summary>
public sealed class ActivityCases
{
    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Retry_UntilThirdAttempt_Succeeds(string server)
    {
        var result = await RunAsync(server, "retry");
        Assert.Equal("attempt 3", result);
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Failure_NonRetryable_ReachesCallerWithWholeChain(string server)
    {
        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => RunAsync(server, "fail"));
        var activity = Assert.IsType<ActivityFailureException>(failed.InnerException);
        Assert.Equal("Fail", activity.ActivityType);
        var application = Assert.IsType<ApplicationFailureException>(activity.InnerException);
        Assert.Equal("no such volume", application.Message);
        Assert.Equal("VolumeMissing", application.ErrorType);
        Assert.True(application.NonRetryable);
        Assert.Equal("vol_1", application.Details.ElementAt<string>(0));
        var cause = Assert.IsType<ApplicationFailureException>(application.InnerException);
        Assert.Equal("InvalidOperationException", cause.ErrorType);
        Assert.Equal("deep cause", cause.Message);
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Timeout_StartToClose_IsReported(string server)
    {
        Assert.Equal("StartToClose", await RunAsync(server, "start-to-close"));
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Timeout_ScheduleToStart_IsReported(string server)
    {
        Assert.Equal("ScheduleToStart", await RunAsync(server, "schedule-to-start"));
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Timeout_Heartbeat_IsReportedWithLastDetails(string server)
    {
        Assert.Equal("Heartbeat 7", await RunAsync(server, "heartbeat"));
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Timeout_ScheduleToClose_EndsRetries(string server)
    {
        Assert.Equal("ScheduleToClose", await RunAsync(server, "schedule-to-close"));
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task HeartbeatDetails_OfFailedAttempt_ReachTheNext(string server)
    {
        Assert.Equal("resumed at 42", await RunAsync(server, "resume"));
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Cancellation_WaitingForCompletion_GetsTheActivitysAnswer(string server)
    {
        Assert.Equal("answered: cleaned up", await RunAsync(server, "cancel-wait"));
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Cancellation_Trying_IsReportedAtOnce(string server)
    {
        Assert.Equal("canceled", await RunAsync(server, "cancel-try"));
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Cancellation_BeforeSent_LeavesNoEvent(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        await given.WithWorkerAsync(given.Serve<Activity>(new Activities(given)), async () =>
        {
            var handle = await given.Client.StartWorkflowAsync((Activity w) => w.RunAsync("unsent"), given.Options);
            Assert.Equal("canceled", await handle.GetResultAsync());
            var history = await handle.FetchHistoryAsync();
            Assert.DoesNotContain(history.Events, e => e.EventType == EventType.ActivityTaskScheduled);
        });
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Completion_ByAnotherProcess_IsTheResult(string server)
    {
        Assert.Equal("completed elsewhere", await RunAsync(server, "async"));
    }

    private static async Task<string> RunAsync(string server, string scenario)
    {
        var given = await WorkerCase.StartAsync(server);
        return await given.WithWorkerAsync(given.Serve<Activity>(new Activities(given)), () =>
            given.Client.ExecuteWorkflowAsync((Activity w) => w.RunAsync(scenario), given.Options));
    }

    [Workflow]
    public class Activity
    {
        private static readonly RetryPolicy Once = new() { MaximumAttempts = 1 };

        private static readonly RetryPolicy Fast = new()
        {
            InitialInterval = TimeSpan.FromMilliseconds(10), BackoffCoefficient = 1,
        };

        [WorkflowRun]
        public async Task<string> RunAsync(string scenario)
        {
            try
            {
                return await StartAsync(scenario);
            }
            catch (ActivityFailureException e) when (e.InnerException is TimeoutFailureException timeout)
            {
                var details = timeout.LastHeartbeatDetails.Count > 0
                    ? $" {timeout.LastHeartbeatDetails.ElementAt<int>(0)}"
                    : string.Empty;
                return $"{timeout.TimeoutType}{details}";
            }
            catch (ActivityFailureException e) when (e.InnerException is CanceledFailureException canceled)
            {
                return canceled.Details.Count > 0
                    ? $"answered: {canceled.Details.ElementAt<string>(0)}"
                    : "canceled";
            }
        }

        private static Task<string> StartAsync(string scenario)
        {
            var limit = TimeSpan.FromSeconds(20);
            var brief = TimeSpan.FromMilliseconds(300);
            return scenario switch
            {
                "retry" => Workflow.ExecuteActivityAsync(
                    (Activities a) => a.SucceedAtThird(), new() { StartToCloseTimeout = limit, RetryPolicy = Fast }),
                "fail" => Workflow.ExecuteActivityAsync(
                    (Activities a) => a.Fail(), new() { StartToCloseTimeout = limit }),
                "start-to-close" => Workflow.ExecuteActivityAsync(
                    (Activities a) => a.WaitAsync(), new() { StartToCloseTimeout = brief, RetryPolicy = Once }),
                "schedule-to-start" => Workflow.ExecuteActivityAsync(
                    (Activities a) => a.WaitAsync(),
                    new()
                    {
                        StartToCloseTimeout = limit, ScheduleToStartTimeout = brief, TaskQueue = "nobody-serves-this",
                    }),
                "heartbeat" => Workflow.ExecuteActivityAsync(
                    (Activities a) => a.BeatOnceAsync(),
                    // The beat has to arrive before the silence is noticed, also on a machine with much to do.
                    new()
                    {
                        StartToCloseTimeout = limit, HeartbeatTimeout = TimeSpan.FromSeconds(3), RetryPolicy = Once,
                    }),
                "schedule-to-close" => Workflow.ExecuteActivityAsync(
                    (Activities a) => a.WaitAsync(), new() { ScheduleToCloseTimeout = brief }),
                "resume" => Workflow.ExecuteActivityAsync(
                    (Activities a) => a.ResumeAsync(), new() { StartToCloseTimeout = limit, RetryPolicy = Fast }),
                "cancel-wait" => CancelAsync(ActivityCancellationType.WaitCancellationCompleted),
                "cancel-try" => CancelAsync(ActivityCancellationType.TryCancel),
                "unsent" => UnsentAsync(),
                _ => Workflow.ExecuteActivityAsync(
                    (Activities a) => a.CompleteLater(), new() { StartToCloseTimeout = limit }),
            };
        }

        private static async Task<string> CancelAsync(ActivityCancellationType type)
        {
            using var source = new CancellationTokenSource();
            var running = Workflow.ExecuteActivityAsync(
                (Activities a) => a.BeatUntilCanceledAsync(),
                new()
                {
                    StartToCloseTimeout = TimeSpan.FromSeconds(20),
                    HeartbeatTimeout = TimeSpan.FromSeconds(4),
                    CancellationType = type,
                    CancellationToken = source.Token,
                });
            await Workflow.DelayAsync(100);
            source.Cancel();
            return await running;
        }

        private static async Task<string> UnsentAsync()
        {
            using var source = new CancellationTokenSource();
            var running = Workflow.ExecuteActivityAsync(
                (Activities a) => a.WaitAsync(),
                new() { StartToCloseTimeout = TimeSpan.FromSeconds(5), CancellationToken = source.Token });
            source.Cancel();
            return await running;
        }
    }

    internal sealed class Activities(WorkerCase given)
    {
        [Activity]
        public string SucceedAtThird() => ActivityExecutionContext.Current.Info.Attempt is var attempt and >= 3
            ? $"attempt {attempt}"
            : throw new InvalidOperationException("not yet");

        [Activity]
        public string Fail() => throw new ApplicationFailureException(
            "no such volume", new InvalidOperationException("deep cause"), "VolumeMissing", nonRetryable: true,
            details: ["vol_1"]);

        [Activity]
        public async Task<string> WaitAsync()
        {
            await Task.Delay(Timeout.Infinite, ActivityExecutionContext.Current.CancellationToken);
            return "never";
        }

        [Activity]
        public async Task<string> BeatOnceAsync()
        {
            ActivityExecutionContext.Current.Heartbeat(7);
            await Task.Delay(Timeout.Infinite, ActivityExecutionContext.Current.CancellationToken);
            return "never";
        }

        [Activity]
        public async Task<string> ResumeAsync()
        {
            var info = ActivityExecutionContext.Current.Info;
            if (info.HeartbeatDetails.Count > 0)
            {
                return $"resumed at {await info.HeartbeatDetailAtAsync<int>(0)}";
            }
            ActivityExecutionContext.Current.Heartbeat(1);
            ActivityExecutionContext.Current.Heartbeat(42);
            throw new InvalidOperationException("fell over");
        }

        [Activity]
        public async Task<string> BeatUntilCanceledAsync()
        {
            var context = ActivityExecutionContext.Current;
            while (!context.CancellationToken.IsCancellationRequested)
            {
                context.Heartbeat();
                await Task.WhenAny(Task.Delay(50), Task.Delay(Timeout.Infinite, context.CancellationToken));
            }
            throw new CanceledFailureException($"{context.CancelReason}", ["cleaned up"]);
        }

        [Activity]
        public string CompleteLater()
        {
            var token = ActivityExecutionContext.Current.Info.TaskToken;
            _ = given.Client.GetAsyncActivityHandle(token).CompleteAsync("completed elsewhere");
            throw new CompleteAsyncException();
        }
    }
}
