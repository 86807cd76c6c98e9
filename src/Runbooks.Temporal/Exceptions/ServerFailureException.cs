using Temporalio.Api.Failure.V1;

namespace Runbooks.Temporal.Exceptions;

/// <summary>A failure that the server itself recorded.</summary>
public class ServerFailureException : FailureException
{
    public ServerFailureException(string message, bool nonRetryable = false, Exception? inner = null)
        : base(message, inner) => NonRetryable = nonRetryable;

    protected internal ServerFailureException(Failure failure, Exception? inner)
        : base(failure, inner) => NonRetryable = failure.ServerFailureInfo?.NonRetryable ?? false;

    /// <summary>True when the server says that trying again cannot help.</summary>
    public bool NonRetryable { get; }
}
