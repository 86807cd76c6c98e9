using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>Compares what history recorded with what the code asked for.</summary>
internal static class Identity
{
    internal static void Require(string what, string recorded, string asked, HistoryEvent e)
    {
        if (recorded != asked)
        {
            throw Nondeterminism.Error(
                $"{what} of scheduled event '{recorded}' does not match '{what.ToLowerInvariant()}' of command " +
                $"'{asked}' at {Nondeterminism.Describe(e)}");
        }
    }
}
