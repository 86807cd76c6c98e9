using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Runbooks.Engine.Machines;

/// <summary>
/// Whether a failed attempt is tried again, and after how long. Checks run in the order of the table; the first that
/// applies decides.
/// <code>
///   no policy                                   RETRY_POLICY_NOT_SET
///   cancel requested (activities)               CANCEL_REQUESTED
///   failure says no, or its type is listed      NON_RETRYABLE_FAILURE
///   attempts used up                            MAXIMUM_ATTEMPTS_REACHED
///   next attempt would begin after expiry       TIMEOUT
///   otherwise                                   IN_PROGRESS, after the backoff
/// </code>
/// </summary>
public readonly record struct RetryDecision(RetryState State, TimeSpan Backoff)
{
    public bool Retries => State == RetryState.InProgress;

    public static RetryDecision For(
        RetryPolicy? policy, int attempt, Failure? failure, bool cancelRequested, DateTimeOffset now,
        DateTimeOffset? expires)
    {
        if (policy is null)
        {
            return new(RetryState.RetryPolicyNotSet, default);
        }

        if (cancelRequested)
        {
            return new(RetryState.CancelRequested, default);
        }

        if (failure is not null && !IsRetryable(failure, policy.NonRetryableErrorTypes))
        {
            return new(RetryState.NonRetryableFailure, default);
        }

        if (policy.MaximumAttempts > 0 && attempt >= policy.MaximumAttempts)
        {
            return new(RetryState.MaximumAttemptsReached, default);
        }

        var backoff = failure?.ApplicationFailureInfo?.NextRetryDelay?.ToTimeSpan() ?? Interval(policy, attempt);
        return expires is { } limit && now + backoff > limit
            ? new(RetryState.Timeout, default)
            : new(RetryState.InProgress, backoff);
    }

    public static RetryPolicy Complete(RetryPolicy? given)
    {
        var policy = given?.Clone() ?? new RetryPolicy();
        if (policy.InitialInterval is null || policy.InitialInterval.ToTimeSpan() == TimeSpan.Zero)
        {
            policy.InitialInterval = new() { Seconds = 1 };
        }

        if (policy.BackoffCoefficient == 0)
        {
            policy.BackoffCoefficient = 2;
        }

        if (policy.MaximumInterval is null || policy.MaximumInterval.ToTimeSpan() == TimeSpan.Zero)
        {
            policy.MaximumInterval = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(
                policy.InitialInterval.ToTimeSpan() * 100);
        }

        return policy;
    }

    /// <summary>Null when the policy is well-formed.</summary>
    public static string? Fault(RetryPolicy policy)
    {
        var initial = policy.InitialInterval?.ToTimeSpan() ?? TimeSpan.Zero;
        var longest = policy.MaximumInterval?.ToTimeSpan() ?? TimeSpan.Zero;
        return policy switch
        {
            { MaximumAttempts: 1 } => null,
            _ when initial < TimeSpan.Zero => "InitialInterval cannot be negative on retry policy.",
            { BackoffCoefficient: > 0 and < 1 } or { BackoffCoefficient: < 0 } =>
                "BackoffCoefficient cannot be less than 1 on retry policy.",
            _ when longest < TimeSpan.Zero => "MaximumInterval cannot be negative on retry policy.",
            _ when longest > TimeSpan.Zero && longest < initial =>
                "MaximumInterval cannot be less than InitialInterval on retry policy.",
            { MaximumAttempts: < 0 } => "MaximumAttempts cannot be negative on retry policy.",
            _ => null,
        };
    }

    private static TimeSpan Interval(RetryPolicy policy, int attempt)
    {
        var initial = policy.InitialInterval?.ToTimeSpan() ?? TimeSpan.FromSeconds(1);
        var longest = policy.MaximumInterval?.ToTimeSpan() ?? TimeSpan.Zero;
        if (longest <= TimeSpan.Zero)
        {
            longest = initial * 100;
        }

        var factor = policy.BackoffCoefficient == 0 ? 2 : policy.BackoffCoefficient;
        var ticks = initial.Ticks * Math.Pow(factor, Math.Max(0, attempt - 1));
        return ticks >= longest.Ticks ? longest : TimeSpan.FromTicks((long)ticks);
    }

    private static bool IsRetryable(Failure failure, ICollection<string> listed) => failure.FailureInfoCase switch
    {
        Failure.FailureInfoOneofCase.ApplicationFailureInfo =>
            !failure.ApplicationFailureInfo.NonRetryable && !listed.Contains(failure.ApplicationFailureInfo.Type),
        Failure.FailureInfoOneofCase.TerminatedFailureInfo => false,
        Failure.FailureInfoOneofCase.CanceledFailureInfo => false,
        Failure.FailureInfoOneofCase.ServerFailureInfo => !failure.ServerFailureInfo.NonRetryable,
        Failure.FailureInfoOneofCase.TimeoutFailureInfo => failure.TimeoutFailureInfo.TimeoutType switch
        {
            TimeoutType.StartToClose => !listed.Contains("TemporalTimeout:StartToClose"),
            TimeoutType.Heartbeat => !listed.Contains("TemporalTimeout:Heartbeat"),
            _ => false,
        },
        _ => true,
    };
}
