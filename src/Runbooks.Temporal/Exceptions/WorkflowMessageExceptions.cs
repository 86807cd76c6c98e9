using Temporalio.Api.Enums.V1;

namespace Runbooks.Temporal.Exceptions;

/// <summary>The query handler threw, or no such query exists.</summary>
public class WorkflowQueryFailedException : TemporalException
{
    public WorkflowQueryFailedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The query was not run because of the caller's reject condition.</summary>
public class WorkflowQueryRejectedException : TemporalException
{
    public WorkflowQueryRejectedException(WorkflowExecutionStatus workflowStatus)
        : base($"Query rejected, workflow status: {workflowStatus}") => WorkflowStatus = workflowStatus;

    public WorkflowExecutionStatus WorkflowStatus { get; }
}

/// <summary>The update was rejected by its validator or failed in its handler; the reason is the inner
/// exception.</summary>
public class WorkflowUpdateFailedException : TemporalException
{
    public WorkflowUpdateFailedException(Exception? inner)
        : base("Workflow update failed", inner)
    {
    }
}
