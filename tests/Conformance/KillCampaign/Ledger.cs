using System.Collections.Concurrent;

namespace Runbooks.Tests.Conformance.KillCampaign;

/// <summary>What the engine acknowledged. Written only after the answer arrived, so everything here is a promise.</summary>
internal sealed class Ledger
{
    /// <summary>Workflow id to run id.</summary>
    public ConcurrentDictionary<string, string> Starts { get; } = new();

    public ConcurrentBag<(string WorkflowId, string Signal)> Signals { get; } = [];

    public ConcurrentBag<(string WorkflowId, string Update)> Updates { get; } = [];

    /// <summary>Markers of workflow task completions.</summary>
    public ConcurrentBag<(string WorkflowId, string Marker)> Completions { get; } = [];

    public ConcurrentBag<(string WorkflowId, string Activity)> Activities { get; } = [];

    public int Total => Starts.Count + Signals.Count + Updates.Count + Completions.Count + Activities.Count;

    public override string ToString() =>
        $"acknowledged: {Starts.Count} starts, {Signals.Count} signals, {Updates.Count} updates, "
        + $"{Completions.Count} command batches, {Activities.Count} activity results";
}
