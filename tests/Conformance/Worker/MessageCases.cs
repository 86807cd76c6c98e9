using Microsoft.Extensions.Logging;
using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker;
using Runbooks.Temporal.Worker.Interceptors;
using Runbooks.Temporal.Workflows;
using Runbooks.Tests.Conformance.Client;
using Runbooks.Tests.Conformance.Servers;

namespace Runbooks.Tests.Conformance.Worker;

/// <summary>Signals, queries and updates in their harder forms; codec and interceptors on everything.</summary>
public sealed class MessageCases
{
    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Signal_BeforeTheFirstTask_IsHandledBeforeTheMainMethod(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        var handle = await given.Client.StartWorkflowAsync((Post w) => w.RunAsync(1), given.Options);
        await handle.SignalAsync(w => w.PutAsync("early"));
        await given.WithWorkerAsync(given.Serve<Post>(), async () =>
            Assert.Equal(["early", "main"], await handle.GetResultAsync()));
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Signal_WithoutHandler_WaitsForADynamicOne(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        await given.WithWorkerAsync(given.Serve<Post>(), async () =>
        {
            var handle = await given.Client.StartWorkflowAsync((Post w) => w.RunAsync(2), given.Options);
            Assert.Equal("dynamic:Started", await handle.QueryAsync<string>("Started", []));
            await handle.SignalAsync("Unheard", ["x"]);
            await handle.SignalAsync(w => w.PutAsync("open"));
            Assert.Equal(["main", "open", "Unheard:x"], await handle.GetResultAsync());
        });
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Update_WithActivityInside_CompletesAndKeepsOrder(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        await given.WithWorkerAsync(given.Serve<Post>(new Activities()), async () =>
        {
            var handle = await given.Client.StartWorkflowAsync((Post w) => w.RunAsync(3), given.Options);
            Assert.Equal("stamped a", await handle.ExecuteUpdateAsync(w => w.StampAsync("a")));
            Assert.Equal("stamped b", await handle.ExecuteUpdateAsync(w => w.StampAsync("b")));
            await handle.SignalAsync(w => w.PutAsync("end"));
            Assert.Equal(["main", "stamped a", "stamped b", "end"], await handle.GetResultAsync());
            await new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<Post>())
                .ReplayWorkflowAsync(await handle.FetchHistoryAsync());
        });
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Update_FailingInItsHandler_FailsOnlyTheUpdate(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        await given.WithWorkerAsync(given.Serve<Post>(), async () =>
        {
            var handle = await given.Client.StartWorkflowAsync((Post w) => w.RunAsync(1), given.Options);
            var failed = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(
                () => handle.ExecuteUpdateAsync(w => w.StampAsync("broken")));
            Assert.Equal("Stamp", Assert.IsType<ApplicationFailureException>(failed.InnerException).ErrorType);
            var unknown = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(
                () => handle.ExecuteUpdateAsync<string>("NoSuchUpdate", []));
            Assert.Contains("NoSuchUpdate", unknown.InnerException!.Message, StringComparison.Ordinal);
            await handle.SignalAsync(w => w.PutAsync("end"));
            Assert.Equal(["main", "end"], await handle.GetResultAsync());
        });
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Query_Failing_LeavesTheRunAlone(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        await given.WithWorkerAsync(given.Serve<Post>(), async () =>
        {
            var handle = await given.Client.StartWorkflowAsync((Post w) => w.RunAsync(1), given.Options);
            var failed = await Assert.ThrowsAsync<WorkflowQueryFailedException>(
                () => handle.QueryAsync(w => w.Misbehave()));
            Assert.Contains("Cannot issue commands", failed.Message, StringComparison.Ordinal);
            Assert.Equal("dynamic:Whatever", await handle.QueryAsync<string>("Whatever", []));
            await handle.SignalAsync(w => w.PutAsync("end"));
            Assert.Equal(["main", "end"], await handle.GetResultAsync());
            Assert.Equal("dynamic:Closed", await handle.QueryAsync<string>("Closed", []));
        });
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Codec_OnEveryPayload_IsInvisibleToCode(string server)
    {
        var converter = DataConverter.Default with
        {
            PayloadCodec = new ReversingCodec(),
            FailureConverter = new DefaultFailureConverter.WithEncodedCommonAttributes(),
        };
        var given = await WorkerCase.StartAsync(server, o => o.DataConverter = converter);
        await given.WithWorkerAsync(given.Serve<Secret>(new Activities()), async () =>
        {
            var options = given.Options;
            options.Memo = new Dictionary<string, object> { ["m"] = "memo" };
            var handle = await given.Client.StartWorkflowAsync((Secret w) => w.RunAsync("in"), options);
            Assert.Equal("asked q", await handle.QueryAsync(w => w.Ask("q")));
            Assert.Equal("updated u", await handle.ExecuteUpdateAsync(w => w.UpdateAsync("u")));
            await handle.SignalAsync(w => w.TellAsync("s"));
            Assert.Equal("in/stamped a/stamped l/memo/boom/d/s", await handle.GetResultAsync());
            var history = await handle.FetchHistoryAsync();
            await new WorkflowReplayer(new WorkflowReplayerOptions { DataConverter = converter }.AddWorkflow<Secret>())
                .ReplayWorkflowAsync(history);
            Assert.DoesNotContain("stamped", history.ToJson(), StringComparison.Ordinal);
        });
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Interceptors_SeeEveryCallInAndOut(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        var seen = new List<string>();
        var options = given.Serve<Post>(new Activities());
        options.Interceptors = [new Recorder(seen)];
        await given.WithWorkerAsync(options, async () =>
        {
            var handle = await given.Client.StartWorkflowAsync((Post w) => w.RunAsync(2), given.Options);
            await handle.ExecuteUpdateAsync(w => w.StampAsync("a"));
            await handle.QueryAsync<string>("Whatever", []);
            await handle.SignalAsync(w => w.PutAsync("end"));
            await handle.GetResultAsync();
        });
        lock (seen)
        {
            Assert.Equal(
                ["activity Stamp", "execute", "query", "schedule Stamp", "signal", "update", "validate"],
                seen.Distinct().Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Handlers_UnfinishedAtTheEnd_AreWarnedOf(string server)
    {
        using var log = new RecordingLoggerFactory();
        var given = await WorkerCase.StartAsync(server);
        var options = given.Serve<Post>();
        options.LoggerFactory = log;
        await given.WithWorkerAsync(options, async () =>
        {
            var handle = await given.Client.StartWorkflowAsync((Post w) => w.RunAsync(1), given.Options);
            await handle.SignalAsync(w => w.HangAsync());
            await handle.GetResultAsync();
        });
        Assert.Contains(log.Lines, l => l.Contains("[TMPRL1102]", StringComparison.Ordinal));
    }

    [Workflow]
    public class Post
    {
        private readonly List<string> items = [];

        [WorkflowRun]
        public async Task<List<string>> RunAsync(int count)
        {
            items.Add("main");
            if (count == 2)
            {
                await Workflow.WaitConditionAsync(() => items.Contains("open") || items.Contains("end"));
                Workflow.DynamicSignal = WorkflowSignalDefinition.CreateWithoutAttribute(
                    null,
                    (string name, IRawValue[] args) =>
                    {
                        items.Add($"{name}:{Workflow.PayloadConverter.ToValue<string>(args[0])}");
                        return Task.CompletedTask;
                    });
            }
            await Workflow.WaitConditionAsync(() => items.Count > count);
            return items;
        }

        [WorkflowSignal]
        public Task PutAsync(string item)
        {
            items.Add(item);
            return Task.CompletedTask;
        }

        [WorkflowSignal]
        public async Task HangAsync()
        {
            items.Add("hanging");
            await Workflow.WaitConditionAsync(() => false);
        }

        [WorkflowUpdate]
        public async Task<string> StampAsync(string item)
        {
            if (item == "broken")
            {
                throw new ApplicationFailureException("no ink", "Stamp");
            }
            var stamped = await Workflow.ExecuteActivityAsync(
                (Activities a) => a.Stamp(item), new() { StartToCloseTimeout = TimeSpan.FromSeconds(10) });
            items.Add(stamped);
            return stamped;
        }

        [WorkflowUpdateValidator(nameof(StampAsync))]
        public void ValidateStamp(string item) => ArgumentException.ThrowIfNullOrEmpty(item);

        [WorkflowQuery]
        public string Misbehave()
        {
            Workflow.DelayAsync(1).GetAwaiter().GetResult();
            return "impossible";
        }

        [WorkflowQuery(Dynamic = true)]
        public string Any(string name, IRawValue[] args) => $"dynamic:{name}";
    }

    [Workflow]
    public class Secret
    {
        private string? told;

        [WorkflowRun]
        public async Task<string> RunAsync(string input)
        {
            var limit = TimeSpan.FromSeconds(10);
            var regular = await Workflow.ExecuteActivityAsync(
                (Activities a) => a.Stamp("a"), new() { StartToCloseTimeout = limit, Summary = "stamped summary" });
            var local = await Workflow.ExecuteLocalActivityAsync(
                (Activities a) => a.Stamp("l"), new() { StartToCloseTimeout = limit });
            var memo = Workflow.PayloadConverter.ToValue<string>(Workflow.Memo["m"]);
            var failure = string.Empty;
            try
            {
                await Workflow.ExecuteActivityAsync((Activities a) => a.Fail(), new() { StartToCloseTimeout = limit });
            }
            catch (ActivityFailureException e) when (e.InnerException is ApplicationFailureException cause)
            {
                failure = $"{cause.Message}/{cause.Details.ElementAt<string>(0)}";
            }
            await Workflow.WaitConditionAsync(() => told is not null);
            return $"{input}/{regular}/{local}/{memo}/{failure}/{told}";
        }

        [WorkflowSignal]
        public Task TellAsync(string text)
        {
            told = text;
            return Task.CompletedTask;
        }

        [WorkflowUpdate]
        public Task<string> UpdateAsync(string text) => Task.FromResult($"updated {text}");

        [WorkflowQuery]
        public string Ask(string text) => $"asked {text}";
    }

    public class Activities
    {
        [Activity]
        public string Stamp(string item) => $"stamped {item}";

        [Activity]
        public void Fail() => throw new ApplicationFailureException("boom", nonRetryable: true, details: ["d"]);
    }

    private sealed class Recorder(List<string> seen) : IWorkerInterceptor
    {
        public WorkflowInboundInterceptor InterceptWorkflow(WorkflowInboundInterceptor nextInterceptor) =>
            new Inbound(nextInterceptor, Add);

        public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) =>
            new ActivityIn(nextInterceptor, Add);

        private void Add(string what)
        {
            lock (seen)
            {
                seen.Add(what);
            }
        }

        private sealed class Inbound(WorkflowInboundInterceptor next, Action<string> add)
            : WorkflowInboundInterceptor(next)
        {
            public override void Init(WorkflowOutboundInterceptor outbound) => base.Init(new Outbound(outbound, add));

            public override Task<object?> ExecuteWorkflowAsync(ExecuteWorkflowInput input)
            {
                add("execute");
                return base.ExecuteWorkflowAsync(input);
            }

            public override Task HandleSignalAsync(HandleSignalInput input)
            {
                add("signal");
                return base.HandleSignalAsync(input);
            }

            public override object? HandleQuery(HandleQueryInput input)
            {
                add("query");
                return base.HandleQuery(input);
            }

            public override void ValidateUpdate(HandleUpdateInput input)
            {
                add("validate");
                base.ValidateUpdate(input);
            }

            public override Task<object?> HandleUpdateAsync(HandleUpdateInput input)
            {
                add("update");
                return base.HandleUpdateAsync(input);
            }
        }

        private sealed class Outbound(WorkflowOutboundInterceptor next, Action<string> add)
            : WorkflowOutboundInterceptor(next)
        {
            public override Task<TResult> ScheduleActivityAsync<TResult>(ScheduleActivityInput input)
            {
                add($"schedule {input.Activity}");
                return base.ScheduleActivityAsync<TResult>(input);
            }
        }

        private sealed class ActivityIn(ActivityInboundInterceptor next, Action<string> add)
            : ActivityInboundInterceptor(next)
        {
            public override Task<object?> ExecuteActivityAsync(ExecuteActivityInput input)
            {
                add($"activity {input.Activity.Name}");
                return base.ExecuteActivityAsync(input);
            }
        }
    }

    private sealed class RecordingLoggerFactory : ILoggerFactory, ILogger
    {
        private readonly List<string> lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (lines)
                {
                    return lines.ToArray();
                }
            }
        }

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            lock (lines)
            {
                lines.Add(formatter(state, exception));
            }
        }
    }
}
