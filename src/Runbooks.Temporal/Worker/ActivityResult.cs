using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;

namespace Runbooks.Temporal.Worker;

/// <summary>How an attempt ended; payloads are encoded.</summary>
internal sealed record ActivityResult(Payload? Result, Failure? Failure, bool IsCanceled, bool IsLater,
    Exception? Error)
{
    /// <summary>The activity will be completed by someone else.</summary>
    internal static ActivityResult Later { get; } = new(null, null, false, true, null);

    internal static ActivityResult Completed(Payload? result) => new(result, null, false, false, null);

    internal static ActivityResult Failed(Failure failure, Exception error) => new(null, failure, false, false, error);

    internal static ActivityResult Canceled(Failure failure) => new(null, failure, true, false, null);
}
