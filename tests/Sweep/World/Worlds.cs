using System.Collections.Concurrent;
using Runbooks.Temporal.Activities;

namespace Runbooks.Tests.Sweep.World;

/// <summary>
/// Many worlds behind the same queues, so that cases run at the same time
/// on one engine: the first part of the workflow's id names the case.
/// </summary>
internal sealed class Worlds
{
    private readonly ConcurrentDictionary<string, SweepCase> cases = new(StringComparer.Ordinal);

    public WorldModel Current => CurrentCase.World;

    public SweepCase CurrentCase => cases[ActivityExecutionContext.Current.Info.WorkflowId.Split('/')[0]];

    public void Add(SweepCase one) => cases[one.Id] = one;
}
