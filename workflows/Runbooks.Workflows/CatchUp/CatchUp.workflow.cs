using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Units;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.Sites;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.CatchUp;

/// <summary>
/// Sends what a standby lacks until the arbiter has it marked complete. The handshake, the rounds and the barrier are the data path's own;
/// this procedure waits for them, proves the end against the arbiter's row and records the figures.
/// </summary>
[Workflow("CatchUp")]
public sealed class CatchUpWorkflow
{
    private readonly StepJournal journal = new();

    /// <summary>The steps so far.</summary>
    [WorkflowQuery]
    public IReadOnlyList<StepChange> Steps() => journal.Steps;

    /// <summary>Runs the procedure.</summary>
    [WorkflowRun]
    public async Task<CatchUpResult> RunAsync(CatchUpInput input)
    {
        // Step 1: Handshake
        var row = await journal.RunAsync(
            "1", "Handshake", () => ReadAsync(input), r => $"generation {r.Generation}, version {r.Version}");

        // Step 2: Rounds
        // Step 3: Barrier
        var result = await journal.RunAsync(
            "2", "Send until every acknowledgement waits", () => SendAsync(input, row.Generation),
            r => $"{new ByteCount(r.SentBytes)} in {r.Rounds} rounds");

        // Step 4: Marked complete
        await journal.RunAsync(
            "4", "Marked complete", () => ProveAsync(input), r => $"complete since version {r.Version}");

        // Step 5: Record
        await journal.RunAsync("5", "Record", () => Workflow.ExecuteActivityAsync(
            (IGroupActivities a) => a.RecordProtectionAsync(new ProtectionRecord(
                input.Protection, input.Primary, "protected", $"in sync at {input.Standby}")),
            Calls.Control("5")));
        return result;
    }

    private static async Task<ArbiterRow> ReadAsync(CatchUpInput input) =>
        await Workflow.ExecuteActivityAsync(
            (IArbiterActivities a) => a.ReadArbiterRowAsync(input.Protection), Calls.Control("1"))
        ?? throw StepFailure.Refuse(ArbiterRows.Unknown(input.Protection));

    private static Task<CatchUpResult> SendAsync(CatchUpInput input, Generation generation) =>
        Workflow.ExecuteActivityAsync(
            (IReplicationActivities a) => a.CatchUpAsync(new CatchUpRequest(
                StepScope.Key(input.Run, $"catch-up/{input.Protection}/{input.Standby}", generation), input.Protection, input.Standby)),
            Calls.Copy(input.Primary, "2"));

    private static async Task<ArbiterRow> ProveAsync(CatchUpInput input)
    {
        var row = await ReadAsync(input);
        return row.IsComplete(input.Standby) ? row : throw StepFailure.Refuse(ArbiterRows.LostAgain(row, input.Standby));
    }
}
