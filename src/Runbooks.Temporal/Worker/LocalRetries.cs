using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Runbooks.Temporal.Worker;

/// <summary>The server's rules for retrying activities, applied by the worker to local ones.</summary>
internal static class LocalRetries
{
    /// <summary>Delay before the attempt after <paramref name="attempt"/>; null when there is none.</summary>
    internal static TimeSpan? NextDelay(RetryPolicy policy, int attempt, Failure failure)
    {
        var application = failure.ApplicationFailureInfo;
        if (application?.NonRetryable == true || failure.ServerFailureInfo?.NonRetryable == true ||
            failure.CanceledFailureInfo is not null || failure.TerminatedFailureInfo is not null ||
            (application is not null && policy.NonRetryableErrorTypes.Contains(application.Type)) ||
            failure.TimeoutFailureInfo?.TimeoutType is TimeoutType.ScheduleToClose)
        {
            return null;
        }
        if (policy.MaximumAttempts > 0 && attempt >= policy.MaximumAttempts)
        {
            return null;
        }
        if (application?.NextRetryDelay is { } asked)
        {
            return asked.ToTimeSpan();
        }
        var initial = policy.InitialInterval?.ToTimeSpan() ?? TimeSpan.FromSeconds(1);
        var max = policy.MaximumInterval?.ToTimeSpan() is { Ticks: > 0 } given ? given : initial * 100;
        var coefficient = policy.BackoffCoefficient >= 1 ? policy.BackoffCoefficient : 2;
        // Growth is compared as seconds before it becomes a time span: attempt 60 of a doubling overflows one.
        var seconds = initial.TotalSeconds * Math.Pow(coefficient, attempt - 1);
        return seconds >= max.TotalSeconds ? max : TimeSpan.FromSeconds(seconds);
    }
}
