using Runbooks.Engine.Machines;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Runbooks.Tests.Unit.Engine;

public sealed class RetryDecisionTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RetryPolicy Policy = RetryDecision.Complete(new() { NonRetryableErrorTypes = { "Fatal" } });

    [Theory]
    [InlineData("Other", false, RetryState.InProgress)]
    [InlineData("Fatal", false, RetryState.NonRetryableFailure)]
    [InlineData("Other", true, RetryState.NonRetryableFailure)]
    public void ApplicationFailure_IsRetriedUnlessItOrThePolicySaysNo(string type, bool flagged, RetryState expected)
    {
        var failure = new Failure { ApplicationFailureInfo = new() { Type = type, NonRetryable = flagged } };

        Assert.Equal(expected, RetryDecision.For(Policy, 1, failure, false, Now, null).State);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 16)]
    [InlineData(60, 100)]
    public void Interval_DoublesUpToItsMaximum(int attempt, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryDecision.For(Policy, attempt, null, false, Now, null).Backoff);

    [Fact]
    public void NextRetryDelay_OverridesTheInterval()
    {
        var failure = new Failure { ApplicationFailureInfo = new() { NextRetryDelay = new() { Seconds = 7 } } };

        Assert.Equal(TimeSpan.FromSeconds(7), RetryDecision.For(Policy, 1, failure, false, Now, null).Backoff);
    }

    [Fact]
    public void RetryBeyondExpiry_IsATimeout() => Assert.Equal(
        RetryState.Timeout, RetryDecision.For(Policy, 1, null, false, Now, Now.AddMilliseconds(500)).State);

    [Fact]
    public void AttemptsUsedUp_EndTheRetries() => Assert.Equal(
        RetryState.MaximumAttemptsReached,
        RetryDecision.For(RetryDecision.Complete(new() { MaximumAttempts = 3 }), 3, null, false, Now, null).State);

    [Fact]
    public void NoPolicy_MeansNoRetry() =>
        Assert.Equal(RetryState.RetryPolicyNotSet, RetryDecision.For(null, 1, null, false, Now, null).State);
}
