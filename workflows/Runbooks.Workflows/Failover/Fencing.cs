using Runbooks.Definitions.Documents;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.People;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Failover;

/// <summary>Steps 2 and 3: what would be lost, who accepts it, and the arbiter's promotion.</summary>
internal static class Fencing
{
    /// <summary>Step 2 for one protection: loss 0, accepted loss, or a refusal.</summary>
    public static async Task<Decision> DecideAsync(FailoverInput input, GroupMember member, Desk desk)
    {
        var row = await ReadAsync(member.Policy.Id);
        if (row.IsComplete(input.To))
        {
            return new Decision(row, null, 0);
        }

        var accepted = input.OnIncomplete switch
        {
            OnIncomplete.Accept => new LossAcceptance(input.RequestedBy, input.Reason, row.ExposureBytes, row.AloneSince),
            OnIncomplete.Ask => await AskAsync(input, member, row, desk),
            _ => null,
        };
        return accepted is not null
            ? new Decision(row, accepted, row.ExposureBytes)
            : throw StepFailure.Refuse(ProcedureRefusals.LossRefused(row, input.To, input.RequestedBy));
    }

    /// <summary>
    /// Step 3 for one protection. A stale decision is made again on the row that came back; every other refusal ends the run, which is
    /// harmless as long as nothing has been promoted yet.
    /// </summary>
    public static async Task<ArbiterRow> PromoteAsync(
        FailoverInput input, GroupMember member, Decision decision, DrainedMark? mark, Desk desk)
    {
        for (var attempt = 1; ; attempt++)
        {
            var request = new Promote(decision.Row.Generation, decision.Row.Version, input.To, decision.Acceptance, mark)
            {
                Protection = member.Policy.Id,
                RequestId = $"{input.Run}/promote/{member.Policy.Id}/{decision.Row.Version}",
                Asker = input.To,
            };
            var answer = await Workflow.ExecuteActivityAsync(
                (IArbiterActivities a) => a.PromoteInArbiterAsync(request), Calls.Control("3"));
            if (answer.Granted)
            {
                return answer.Row!;
            }

            if (answer.Refusal!.Code != RefusalCodes.ArbiterStaleVersion || attempt == 10)
            {
                throw StepFailure.Refuse(answer.Refusal);
            }

            decision = await DecideAsync(input, member, desk);
        }
    }

    private static async Task<ArbiterRow> ReadAsync(ProtectionId protection) =>
        await Workflow.ExecuteActivityAsync((IArbiterActivities a) => a.ReadArbiterRowAsync(protection), Calls.Control("2"))
        ?? throw StepFailure.Refuse(ArbiterRows.Unknown(protection));

    private static async Task<LossAcceptance?> AskAsync(FailoverInput input, GroupMember member, ArbiterRow row, Desk desk)
    {
        var amount = row.ExposureBytes is { } bytes ? new ByteCount(bytes).ToString() : "an unknown amount";
        var answer = await desk.AskAsync(
            $"2/{member.Workload.Id}",
            "Accept the loss?",
            $"{input.To} lacks {amount} of {member.Workload.Id}, written at {row.Primary} since {row.AloneSince:O}. Accept the loss?",
            ["accept", "abort"],
            AnswerRoles.Approver,
            TimeSpan.FromSeconds(input.QuestionSeconds),
            "abort");
        return answer.Choice == "accept" ? new LossAcceptance(answer.By, answer.Reason, row.ExposureBytes, row.AloneSince) : null;
    }
}

/// <summary>What step 2 decided for one protection.</summary>
/// <param name="Row">The row it was decided on.</param>
/// <param name="Acceptance">Who accepted what loss; null when the standby is complete.</param>
/// <param name="LossBytes">0 when complete; null when unknown.</param>
internal sealed record Decision(ArbiterRow Row, LossAcceptance? Acceptance, long? LossBytes);
