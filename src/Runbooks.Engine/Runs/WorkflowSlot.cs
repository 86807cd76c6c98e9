using Runbooks.Engine.History;

namespace Runbooks.Engine.Runs;

/// <summary>A workflow id in memory: its lock and its loaded runs.</summary>
public sealed class WorkflowSlot(WorkflowKey key)
{
    public WorkflowKey Key { get; } = key;

    public SemaphoreSlim Gate { get; } = new(1, 1);

    public Dictionary<Guid, RunEntry> Runs { get; } = [];

    public bool CurrentKnown { get; set; }

    public Guid? CurrentRunId { get; set; }

    /// <summary>Those who hold or want the gate, or wait on a run; counted under the registry's lock.</summary>
    public int Users { get; set; }

    public long LastUsed { get; set; }

    public void Forget()
    {
        foreach (var run in Runs.Values)
        {
            run.Pulse();
            foreach (var query in run.Queries.Values)
            {
                query.Answer.TrySetException(Rpc.RpcFault.Unavailable("The run had to be loaded again; ask again."));
            }
        }

        Runs.Clear();
        CurrentKnown = false;
        CurrentRunId = null;
    }
}
