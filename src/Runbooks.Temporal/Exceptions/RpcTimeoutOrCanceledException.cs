namespace Runbooks.Temporal.Exceptions;

/// <summary>A call was given up by its deadline or its caller; the server may or may not have acted on it.</summary>
public class RpcTimeoutOrCanceledException : TemporalException
{
    public RpcTimeoutOrCanceledException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>Waiting for an update was given up; the update itself goes on if the workflow accepted it.</summary>
public class WorkflowUpdateRpcTimeoutOrCanceledException : RpcTimeoutOrCanceledException
{
    public WorkflowUpdateRpcTimeoutOrCanceledException(Exception? inner)
        : base("Timeout or cancellation waiting for update", inner)
    {
    }
}
