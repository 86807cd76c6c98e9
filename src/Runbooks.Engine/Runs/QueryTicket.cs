using Temporalio.Api.Query.V1;

namespace Runbooks.Engine.Runs;

/// <summary>
/// One query waiting for a worker's answer. Lives in memory: a query that meets a restart is asked again.
/// </summary>
public sealed class QueryTicket(WorkflowQuery query)
{
    public string Id { get; } = Guid.NewGuid().ToString();

    public WorkflowQuery Query { get; } = query;

    /// <summary>Carried by the workflow task that is started now.</summary>
    public bool OnTask { get; set; }

    /// <summary>On a task queue by itself.</summary>
    public bool Direct { get; set; }

    public TaskCompletionSource<WorkflowQueryResult> Answer { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
