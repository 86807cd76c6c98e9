namespace Runbooks.Temporal.Exceptions;

/// <summary>A start was refused because the id is taken under the chosen policies.</summary>
public class WorkflowAlreadyStartedException : FailureException
{
    public WorkflowAlreadyStartedException(string message, string workflowId, string workflowType, string runId)
        : base(message)
    {
        WorkflowId = workflowId;
        WorkflowType = workflowType;
        RunId = runId;
    }

    public string WorkflowId { get; }

    public string WorkflowType { get; }

    /// <summary>The run that holds the id; empty for child workflows.</summary>
    public string RunId { get; }
}
