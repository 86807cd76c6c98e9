using Runbooks.Temporal.Exceptions;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>Errors that say: this code did not write this history. The prefix is what operators search for.</summary>
internal static class Nondeterminism
{
    internal const string Prefix = "[TMPRL1100] Nondeterminism error: ";

    internal static WorkflowNondeterminismException Error(string message) => new(Prefix + message);

    internal static string Describe(HistoryEvent e) => $"HistoryEvent(id: {e.EventId}, {e.EventType})";
}
