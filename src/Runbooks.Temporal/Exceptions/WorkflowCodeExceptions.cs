namespace Runbooks.Temporal.Exceptions;

/// <summary>Workflow code did not produce the commands its history holds; the task fails until the code fits.</summary>
public class WorkflowNondeterminismException : InvalidWorkflowOperationException
{
    public WorkflowNondeterminismException(string message, Exception? inner = null)
        : base(message, null, inner)
    {
    }
}

/// <summary>Workflow code did something that cannot be replayed; its task fails until there is a fix.</summary>
public class InvalidWorkflowOperationException : TemporalException
{
    private readonly string? stackTraceOverride;

    public InvalidWorkflowOperationException(
        string message, string? stackTraceOverride = null, Exception? inner = null)
        : base(message, inner) => this.stackTraceOverride = stackTraceOverride;

    /// <summary>Where the operation was asked for, which is not always where it was noticed.</summary>
    public override string? StackTrace => stackTraceOverride ?? base.StackTrace;
}

/// <summary>Workflow code left its own scheduler, for instance by <c>Task.Run</c>.</summary>
public class InvalidWorkflowSchedulerException : InvalidWorkflowOperationException
{
    public InvalidWorkflowSchedulerException(string message, string? stackTraceOverride = null)
        : base(message, stackTraceOverride)
    {
    }
}
