namespace Runbooks.Engine.History;

/// <summary>One run of a workflow id.</summary>
public readonly record struct RunKey(string Namespace, string WorkflowId, Guid RunId)
{
    public WorkflowKey Workflow => new(Namespace, WorkflowId);

    public override string ToString() => $"{Namespace}/{WorkflowId}/{RunId}";
}

/// <summary>
/// A workflow id within its namespace: the unit of locking, since start policies look over all its runs.
/// </summary>
public readonly record struct WorkflowKey(string Namespace, string WorkflowId);
