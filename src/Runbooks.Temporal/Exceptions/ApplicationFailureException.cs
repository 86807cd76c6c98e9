using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Runbooks.Temporal.Converters;

namespace Runbooks.Temporal.Exceptions;

/// <summary>The failure application code raises: it names a type and says whether a retry may help.</summary>
public class ApplicationFailureException : FailureException
{
    /// <summary>Creates a failure without a cause. Retryable unless <paramref name="nonRetryable"/>.</summary>
    public ApplicationFailureException(
        string message,
        string? errorType = null,
        bool nonRetryable = false,
        IReadOnlyCollection<object?>? details = null,
        TimeSpan? nextRetryDelay = null,
        ApplicationErrorCategory category = ApplicationErrorCategory.Unspecified)
        : this(message, null, errorType, nonRetryable, details, nextRetryDelay, category)
    {
    }

    /// <summary>Creates a failure caused by <paramref name="inner"/>, which travels as its cause chain.</summary>
    public ApplicationFailureException(
        string message,
        Exception? inner,
        string? errorType = null,
        bool nonRetryable = false,
        IReadOnlyCollection<object?>? details = null,
        TimeSpan? nextRetryDelay = null,
        ApplicationErrorCategory category = ApplicationErrorCategory.Unspecified)
        : base(message, inner)
    {
        ErrorType = errorType;
        NonRetryable = nonRetryable;
        Details = new OutboundFailureDetails(details ?? []);
        NextRetryDelay = nextRetryDelay;
        Category = category;
    }

    protected internal ApplicationFailureException(Failure failure, Exception? inner, IPayloadConverter converter)
        : base(failure, inner)
    {
        var info = failure.ApplicationFailureInfo ?? new();
        var reset = failure.ResetWorkflowFailureInfo;
        ErrorType = reset != null ? "ResetWorkflow" : info.Type.Length == 0 ? null : info.Type;
        NonRetryable = info.NonRetryable;
        var details = reset?.LastHeartbeatDetails ?? info.Details;
        Details = new InboundFailureDetails(converter, details?.Payloads_);
        NextRetryDelay = info.NextRetryDelay?.ToTimeSpan();
        Category = info.Category;
    }

    /// <summary>Type retry policies match on; null for none. For foreign exceptions the class.</summary>
    public string? ErrorType { get; }

    /// <summary>Default false: the retry policy decides. True: never retried.</summary>
    public bool NonRetryable { get; }

    /// <summary>Values attached to the failure; empty, never null.</summary>
    public IFailureDetails Details { get; }

    /// <summary>Overrides the retry policy's next delay. Null: the policy's backoff applies.</summary>
    public TimeSpan? NextRetryDelay { get; }

    /// <summary>Benign failures are expected and are neither logged nor counted as errors by workers.</summary>
    public ApplicationErrorCategory Category { get; }
}
