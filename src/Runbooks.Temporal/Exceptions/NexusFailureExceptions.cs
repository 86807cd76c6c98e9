using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Runbooks.Temporal.Exceptions;

/// <summary>A Nexus operation failed. Received only: this library starts none.</summary>
public class NexusOperationFailureException : FailureException
{
    protected internal NexusOperationFailureException(Failure failure, Exception? inner)
        : base(failure, inner)
    {
        var info = failure.NexusOperationExecutionFailureInfo
            ?? throw new ArgumentException("The failure carries no Nexus operation.", nameof(failure));
        Endpoint = info.Endpoint;
        Service = info.Service;
        Operation = info.Operation;
        OperationToken = info.OperationToken;
    }

    public string Endpoint { get; }

    public string Service { get; }

    public string Operation { get; }

    public string OperationToken { get; }
}

/// <summary>A Nexus handler failed. Received only: this library serves none.</summary>
public class NexusHandlerFailureException : FailureException
{
    protected internal NexusHandlerFailureException(Failure failure, Exception? inner)
        : base(failure, inner)
    {
        var info = failure.NexusHandlerFailureInfo
            ?? throw new ArgumentException("The failure carries no Nexus handler.", nameof(failure));
        RawErrorType = info.Type;
        ErrorRetryBehavior = info.RetryBehavior;
    }

    public string RawErrorType { get; }

    public NexusHandlerErrorRetryBehavior ErrorRetryBehavior { get; }
}
