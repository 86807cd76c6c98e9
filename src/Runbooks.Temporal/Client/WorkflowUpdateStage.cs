using Temporalio.Api.Enums.V1;

namespace Runbooks.Temporal.Client;

/// <summary>How far an update must be before a start call returns.</summary>
public enum WorkflowUpdateStage
{
    /// <summary>Not allowed as a stage to wait for.</summary>
    None = UpdateWorkflowExecutionLifecycleStage.Unspecified,

    /// <summary>Known to the server only. Not allowed as a stage to wait for.</summary>
    Admitted = UpdateWorkflowExecutionLifecycleStage.Admitted,

    /// <summary>The workflow's validator let it pass; it is in the history.</summary>
    Accepted = UpdateWorkflowExecutionLifecycleStage.Accepted,

    /// <summary>The handler has returned or failed.</summary>
    Completed = UpdateWorkflowExecutionLifecycleStage.Completed,
}
