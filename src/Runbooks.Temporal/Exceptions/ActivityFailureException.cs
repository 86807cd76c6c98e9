using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Runbooks.Temporal.Exceptions;

/// <summary>An activity ended without a result; the reason is the inner exception.</summary>
public class ActivityFailureException : FailureException
{
    protected internal ActivityFailureException(Failure failure, Exception? inner)
        : base(failure, inner)
    {
        var info = failure.ActivityFailureInfo
            ?? throw new ArgumentException("The failure carries no activity information.", nameof(failure));
        ActivityType = info.ActivityType?.Name ?? string.Empty;
        ActivityId = info.ActivityId;
        Identity = info.Identity.Length == 0 ? null : info.Identity;
        RetryState = info.RetryState;
    }

    public string ActivityType { get; }

    public string ActivityId { get; }

    /// <summary>Identity of the worker that ran the last attempt; null when none started.</summary>
    public string? Identity { get; }

    /// <summary>Why no further attempt was made.</summary>
    public RetryState RetryState { get; }
}
