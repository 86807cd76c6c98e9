using System.Text.Json.Nodes;
using Runbooks.Domain.States;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Runbook;

/// <summary>Steps that wait, ask or decide in the workflow itself.</summary>
internal sealed class FlowSteps(RunContext context)
{
    public async Task<JsonObject> DelayAsync(StepCall call)
    {
        await Workflow.DelayAsync(call.With.Duration("for", TimeSpan.Zero), call.CancellationToken);
        return [];
    }

    public Task<JsonObject> ConditionAsync(StepCall call)
    {
        var value = call.With.Text("value", string.Empty);
        var holds = (call.With.Text("is") is not { } wanted || wanted == value)
            && (call.With.Text("isNot") is not { } unwanted || unwanted != value);
        if (!holds)
        {
            throw StepFailure.Refuse(ProcedureRefusals.ConditionFalse(
                call.Step.Path, $"{call.With.Text("message", "The condition is false.")} (value: '{value}')"));
        }

        return Task.FromResult(new JsonObject());
    }

    public async Task<JsonObject> ApprovalAsync(StepCall call)
    {
        var asked = Workflow.UtcNow;
        var fallback = call.With.Text("default", "abort") == "approve" ? "approve" : "reject";
        var answers = await context.Desk.CollectAsync(
            call.Step.Path,
            call.Step.Title,
            call.With.Text("question", call.Step.Title),
            "approve",
            "reject",
            call.With.Text("of", "approver"),
            call.With.Integer("count", 1),
            call.With.Duration("expires", TimeSpan.FromHours(1)),
            fallback);
        context.HumanSeconds += (Workflow.UtcNow - asked).TotalSeconds;
        if (answers.FirstOrDefault(a => a.Choice != "approve") is { } no)
        {
            throw StepFailure.Refuse(ProcedureRefusals.NotApproved(call.Step.Path, no.By, no.Reason));
        }

        context.Journal.Record(call.Step.Path, call.Step.Title, StepState.Running, $"approved by {string.Join(", ", answers.Select(a => a.By))}");
        return new JsonObject { ["approved"] = true, ["by"] = new JsonArray([.. answers.Select(a => (JsonNode)a.By)]) };
    }

    public async Task<JsonObject> ManualAsync(StepCall call)
    {
        var asked = Workflow.UtcNow;
        var answer = await context.Desk.AskAsync(
            call.Step.Path,
            call.Step.Title,
            call.With.Text("instructions", call.Step.Title),
            ["done", "failed"],
            call.With.Text("of", "operator"),
            call.With.Duration("expires", TimeSpan.FromHours(4)),
            call.With.Text("default", "abort") == "done" ? "done" : "failed");
        context.HumanSeconds += (Workflow.UtcNow - asked).TotalSeconds;
        return answer.Choice == "done"
            ? new JsonObject { ["by"] = answer.By, ["note"] = answer.Reason }
            : throw StepFailure.Refuse(ProcedureRefusals.NotApproved(call.Step.Path, answer.By, answer.Reason));
    }
}
