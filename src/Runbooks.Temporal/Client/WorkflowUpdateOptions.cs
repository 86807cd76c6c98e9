namespace Runbooks.Temporal.Client;

/// <summary>Options of an update that is waited for.</summary>
public class WorkflowUpdateOptions : ICloneable
{
    public WorkflowUpdateOptions()
    {
    }

    public WorkflowUpdateOptions(string id) => Id = id;

    /// <summary>A repeated update with the same id is the same update. Default null: a new one per call.</summary>
    public string? Id { get; set; }

    public RpcOptions? Rpc { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Options of an update that is only started.</summary>
public class WorkflowUpdateStartOptions : WorkflowUpdateOptions
{
    public WorkflowUpdateStartOptions()
    {
    }

    public WorkflowUpdateStartOptions(WorkflowUpdateStage waitForStage) => WaitForStage = waitForStage;

    public WorkflowUpdateStartOptions(string id, WorkflowUpdateStage waitForStage)
        : base(id) => WaitForStage = waitForStage;

    /// <summary>Required: accepted or completed.</summary>
    public WorkflowUpdateStage WaitForStage { get; set; }
}

/// <summary>Options of an update that starts its workflow if needed and is waited for.</summary>
public class WorkflowUpdateWithStartOptions : WorkflowUpdateOptions
{
    public WorkflowUpdateWithStartOptions()
    {
    }

    public WorkflowUpdateWithStartOptions(WithStartWorkflowOperation startWorkflowOperation) =>
        StartWorkflowOperation = startWorkflowOperation;

    /// <summary>Required; can be used once.</summary>
    public WithStartWorkflowOperation? StartWorkflowOperation { get; set; }
}

/// <summary>Options of an update that starts its workflow if needed and is only started itself.</summary>
public class WorkflowStartUpdateWithStartOptions : WorkflowUpdateStartOptions
{
    public WorkflowStartUpdateWithStartOptions()
    {
    }

    public WorkflowStartUpdateWithStartOptions(
        WithStartWorkflowOperation startWorkflowOperation, WorkflowUpdateStage waitForStage)
        : base(waitForStage) => StartWorkflowOperation = startWorkflowOperation;

    /// <summary>Required; can be used once.</summary>
    public WithStartWorkflowOperation? StartWorkflowOperation { get; set; }
}
