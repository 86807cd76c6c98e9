using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Runbooks.Temporal.Exceptions;

/// <summary>A child workflow ended without a result; the reason is the inner exception.</summary>
public class ChildWorkflowFailureException : FailureException
{
    protected internal ChildWorkflowFailureException(Failure failure, Exception? inner)
        : base(failure, inner)
    {
        var info = failure.ChildWorkflowExecutionFailureInfo
            ?? throw new ArgumentException("The failure carries no child information.", nameof(failure));
        Namespace = info.Namespace;
        WorkflowId = info.WorkflowExecution?.WorkflowId ?? string.Empty;
        RunId = info.WorkflowExecution?.RunId ?? string.Empty;
        WorkflowType = info.WorkflowType?.Name ?? string.Empty;
        RetryState = info.RetryState;
    }

    public string Namespace { get; }

    public string WorkflowId { get; }

    /// <summary>Empty when the child never started.</summary>
    public string RunId { get; }

    public string WorkflowType { get; }

    /// <summary>Why no further run was made.</summary>
    public RetryState RetryState { get; }
}
