using Runbooks.Definitions.Documents;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.People;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Failover;

/// <summary>Steps 2 and 3: what would be lost, who accepts it, and the arbiter's promotion.</summary>
internal static class Fencing
{
    /// <summary>Step 2 for one protection: loss 0, accepted loss, or a refusal.</summary>
    public static async Task<Decision> DecideAsync(FailoverInput input, GroupMember member, Desk desk, CancellationToken token)
    {
        var row = await ReadAsync(member.Policy.Id, token);
        if (row.Primary == input.To)
        {
            // A run before this one went past its fence and no further. What it lost is known only when both copies stayed complete.
            return new Decision(row, null, row.Complete.Count == row.Sites.Count ? 0 : null);
        }

        if (row.IsComplete(input.To))
        {
            return new Decision(row, null, input.Point is null ? 0 : null);
        }

        if (input.Kind == RunKind.FailoverPlanned)
        {
            // The source is alive: what the standby lacks would be thrown away for nothing.
            throw StepFailure.Refuse(ArbiterRows.LostAgain(row, input.To));
        }

        var accepted = input.OnIncomplete switch
        {
            OnIncomplete.Accept => new LossAcceptance(input.RequestedBy, input.Reason, row.ExposureBytes, row.AloneSince),
            OnIncomplete.Ask => await AskAsync(input, member, row, desk, token),
            _ => null,
        };
        return accepted is not null
            ? new Decision(row, accepted, row.ExposureBytes)
            : throw StepFailure.Refuse(ProcedureRefusals.LossRefused(row, input.To, input.RequestedBy));
    }

    /// <summary>
    /// Step 3 for one protection. A stale decision is made again on the row that came back; every other refusal ends the run, which is
    /// harmless as long as nothing has been promoted yet. The call itself is never cancelled: it may take effect all the same.
    /// </summary>
    /// <returns>The decision that took effect, with the row it made.</returns>
    public static async Task<Decision> PromoteAsync(
        FailoverInput input, GroupMember member, Decision decision, DrainedMark? mark, Desk desk, CancellationToken token)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (decision.Row.Primary == input.To)
            {
                return decision;
            }

            token.ThrowIfCancellationRequested();
            var request = new Promote(decision.Row.Generation, decision.Row.Version, input.To, decision.Acceptance, mark)
            {
                Protection = member.Policy.Id,
                RequestId = $"{input.Run}/promote/{member.Policy.Id}/{decision.Row.Version}",
                Asker = input.To,
            };
            var answer = await AskArbiterAsync(request);
            if (answer.Granted)
            {
                return decision with { Row = answer.Row! };
            }

            if (answer.Refusal!.Code != RefusalCodes.ArbiterStaleVersion || attempt == 10)
            {
                throw StepFailure.Refuse(answer.Refusal);
            }

            decision = await DecideAsync(input, member, desk, token);
        }
    }

    // A call that failed may have been granted all the same: only the row tells, and the row decides.
    private static async Task<ArbiterAnswer> AskArbiterAsync(Promote request)
    {
        try
        {
            return await Workflow.ExecuteActivityAsync(
                (IArbiterActivities a) => a.PromoteInArbiterAsync(request), Calls.Control("3").Shielded());
        }
        catch (ActivityFailureException)
        {
            var row = await ReadAsync(request.Protection, CancellationToken.None);
            if (row.LastRequestId == request.RequestId)
            {
                return new ArbiterAnswer(true, row, null);
            }

            throw;
        }
    }

    private static async Task<ArbiterRow> ReadAsync(ProtectionId protection, CancellationToken token)
    {
        var options = Calls.Control("2");
        options.CancellationToken = token;
        return await Workflow.ExecuteActivityAsync((IArbiterActivities a) => a.ReadArbiterRowAsync(protection), options)
            ?? throw StepFailure.Refuse(ArbiterRows.Unknown(protection));
    }

    private static async Task<LossAcceptance?> AskAsync(
        FailoverInput input, GroupMember member, ArbiterRow row, Desk desk, CancellationToken token)
    {
        var amount = row.ExposureBytes is { } bytes ? new ByteCount(bytes).ToString() : "an unknown amount";
        var answer = await desk.AskAsync(
            $"2/{member.Workload.Id}",
            "Accept the loss?",
            $"{input.To} lacks {amount} of {member.Workload.Id}, written at {row.Primary} since {row.AloneSince:O}. Accept the loss?",
            ["accept", "abort"],
            AnswerRoles.Approver,
            TimeSpan.FromSeconds(input.QuestionSeconds),
            "abort",
            token);
        return answer.Choice == "accept" ? new LossAcceptance(answer.By, answer.Reason, row.ExposureBytes, row.AloneSince) : null;
    }
}

/// <summary>What step 2 decided for one protection.</summary>
/// <param name="Row">The row it was decided on.</param>
/// <param name="Acceptance">Who accepted what loss; null when the standby is complete.</param>
/// <param name="LossBytes">0 when complete; null when unknown.</param>
internal sealed record Decision(ArbiterRow Row, LossAcceptance? Acceptance, long? LossBytes);
