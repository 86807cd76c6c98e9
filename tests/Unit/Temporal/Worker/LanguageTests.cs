using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Testing;
using Runbooks.Temporal.Worker;
using Runbooks.Temporal.Worker.Language;
using Runbooks.Temporal.Workflows;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;

namespace Runbooks.Tests.Unit.Temporal.Worker;

/// <summary>Parts that need no run: definitions, random numbers, retry rules, run cache, test environment.</summary>
public sealed class LanguageTests
{
    [Workflow]
    public interface INamed
    {
        [WorkflowRun]
        Task RunAsync();
    }

    [Fact]
    public void Names_DropAsyncAndTheInterfaceLetter()
    {
        Assert.Equal("Named", WorkflowDefinition.NameFromRunMethod(typeof(INamed).GetMethod("RunAsync")!));
        var definition = WorkflowDefinition.Create<Complete>();
        Assert.Equal("Complete", definition.Name);
        Assert.Equal(["Poke"], definition.Signals.Keys);
        Assert.Equal(["Look", "State"], definition.Queries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["renamed"], definition.Updates.Keys);
    }

    [Fact]
    public void Definition_WithContradictions_NamesThemAll()
    {
        var refused = Assert.Throws<ArgumentException>(() => WorkflowDefinition.Create<Broken>());
        Assert.Contains("WorkflowRun method not found", refused.Message, StringComparison.Ordinal);
        Assert.Contains("query Wrong must return a value", refused.Message, StringComparison.Ordinal);
        Assert.Contains("validator Check names Nothing", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_OfOneSeed_IsAlwaysTheSame()
    {
        var random = new DeterministicRandom("0198c0de-0000-7000-8000-000000000000");
        var again = new DeterministicRandom("0198c0de-0000-7000-8000-000000000000");
        Assert.Equal(
            Enumerable.Range(0, 50).Select(_ => random.Next(10)), Enumerable.Range(0, 50).Select(_ => again.Next(10)));
        Assert.All(Enumerable.Range(0, 200), _ => Assert.InRange(random.Next(-3, 4), -3, 3));
        Assert.All(Enumerable.Range(0, 200), _ => Assert.InRange(random.NextDouble(), 0, 0.9999999999999999));
        Assert.NotEqual(random.NextInt64(), new DeterministicRandom("another").NextInt64());
    }

    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(4, 8.0)]
    [InlineData(60, 100.0)]
    public void LocalRetry_Delay_DoublesUpToItsLimit(int attempt, double seconds)
    {
        var policy = new RetryPolicy { BackoffCoefficient = 2 };
        var failure = new Failure { ApplicationFailureInfo = new() { Type = "T" } };
        Assert.Equal(TimeSpan.FromSeconds(seconds), LocalRetries.NextDelay(policy, attempt, failure));
    }

    [Fact]
    public void LocalRetry_OfListedTypeOrLastAttempt_Ends()
    {
        var failure = new Failure { ApplicationFailureInfo = new() { Type = "T" } };
        Assert.Null(LocalRetries.NextDelay(new() { NonRetryableErrorTypes = { "T" } }, 1, failure));
        Assert.Null(LocalRetries.NextDelay(new() { MaximumAttempts = 2 }, 2, failure));
        Assert.NotNull(LocalRetries.NextDelay(new() { MaximumAttempts = 2 }, 1, failure));
    }

    [Theory]
    [InlineData(5, true, 1, 4)]
    [InlineData(10, true, 2, 8)]
    [InlineData(1, true, 1, 1)]
    [InlineData(3, false, 3, 0)]
    public void Polls_AreSplit_WithAtLeastOneOnEitherQueue(int polls, bool sticky, int normal, int onSticky) =>
        Assert.Equal((normal, onSticky), WorkflowWorker.SplitPolls(polls, 0.2f, sticky));

    [Fact]
    public async Task HeldRun_BeyondTheCapacity_IsKept()
    {
        var cache = new RunCache(1);
        var first = await cache.HoldAsync("a");
        first.Run = new("a");
        var second = await cache.HoldAsync("b");
        second.Run = new("b");
        Assert.Equal(2, cache.Count);
        cache.Release(first);
        Assert.Equal(1, cache.Count);
        cache.Release(second);
        Assert.Equal(1, cache.Count);
        Assert.Null((await cache.HoldAsync("a")).Run);
    }

    [Fact]
    public async Task ActivityEnvironment_GivesTheCodeAContext()
    {
        var beats = new List<object?>();
        var environment = new ActivityEnvironment { Heartbeater = details => beats.AddRange(details) };
        environment.Cancel(ActivityCancelReason.Timeout);
        var seen = await environment.RunAsync(() =>
        {
            ActivityExecutionContext.Current.Heartbeat(1, "two");
            return ActivityExecutionContext.Current.CancelReason;
        });
        Assert.Equal(ActivityCancelReason.Timeout, seen);
        Assert.Equal([1, "two"], beats);
        Assert.False(ActivityExecutionContext.HasCurrent);
    }

    [Workflow]
    public class Complete
    {
        [WorkflowQuery]
        public string State => "state";

        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowSignal]
        public Task PokeAsync() => Task.CompletedTask;

        [WorkflowQuery]
        public int Look() => 1;

        [WorkflowUpdate("renamed")]
        public Task ChangeAsync() => Task.CompletedTask;
    }

    [Workflow]
    public class Broken
    {
        [WorkflowQuery]
        public void Wrong()
        {
        }

        [WorkflowUpdateValidator("Nothing")]
        public void Check()
        {
        }
    }
}
