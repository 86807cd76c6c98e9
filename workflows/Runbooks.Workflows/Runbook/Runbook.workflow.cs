using Runbooks.Definitions;
using Runbooks.Definitions.Plans;
using Runbooks.Domain.Errors;
using Runbooks.Domain.States;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.Groups;
using Runbooks.Workflows.People;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Runbook;

/// <summary>
/// Interprets a pinned runbook document: holds the group, compiles the plan against the group's picture, walks it, asks people, and undoes
/// what can be undone when it fails. The customer's plan is data; this class and the procedures it starts are the versioned code.
/// </summary>
[Workflow("Runbook")]
public sealed class RunbookWorkflow
{
    private readonly StepJournal journal = new();
    private readonly Relay relay = new();
    private readonly Desk desk;

    /// <summary>Makes an instance.</summary>
    public RunbookWorkflow() => desk = new Desk(journal) { Token = CancellationToken.None };

    /// <summary>The steps so far.</summary>
    [WorkflowQuery]
    public IReadOnlyList<StepChange> Steps() => journal.Steps;

    /// <summary>Hears an answer, to a question of its own or of a procedure that it started.</summary>
    [WorkflowSignal]
    public Task AnswerAsync(Answer answer)
    {
        desk.Receive(answer);
        return relay.AnswerAsync(answer);
    }

    /// <summary>Ends the hold of a drill before its deadline.</summary>
    [WorkflowSignal]
    public Task ReleaseAsync() => relay.ReleaseAsync();

    /// <summary>Stops between steps.</summary>
    [WorkflowSignal]
    public Task PauseAsync()
    {
        desk.Pause(true);
        return Task.CompletedTask;
    }

    /// <summary>Goes on.</summary>
    [WorkflowSignal]
    public Task ResumeAsync()
    {
        desk.Pause(false);
        return Task.CompletedTask;
    }

    /// <summary>Ends the run: compensates what can be, lists what cannot.</summary>
    [WorkflowSignal]
    public Task AbortAsync(AbortOrder order)
    {
        desk.Receive(order);
        return Task.CompletedTask;
    }

    /// <summary>Runs the document.</summary>
    [WorkflowRun]
    public async Task<RunResult> RunAsync(RunInput input)
    {
        ArgumentNullException.ThrowIfNull(input);

        // The engine's cancel is an abort like a person's: what can be undone is undone, also then.
        Workflow.CancellationToken.Register(() => desk.Receive(new AbortOrder("the engine", "The run's workflow was cancelled.")));

        // Step 1: Hold the group
        var lease = input.Kind == RunKind.FailoverUnplanned
            ? await GroupHold.TakeFromDrillAsync(input.Group, input.Run.ToString(), journal)
            : await GroupHold.TakeAsync(input.Group, input.Run.ToString());
        try
        {
            var result = await WalkAsync(input);
            await lease.GiveBackAsync();
            return result;
        }
        catch (Exception e) when (StepFailure.IsExpected(e))
        {
            await lease.GiveBackAsync();
            throw;
        }
    }

    private async Task<RunResult> WalkAsync(RunInput input)
    {
        // Step 2: Read the group, parse, compile
        var group = await Workflow.ExecuteActivityAsync(
            (IGroupActivities a) => a.DescribeGroupAsync(input.Group), Calls.Control("group"));

        // Parsing is pure and the text is pinned in the input: a replay reads the same model.
        var parsed = RunbookParser.Parse(input.Document);
        Invariant.Require(parsed.Document is not null, "a started run has a document that was valid when it was published");
        var context = new RunContext(input, parsed.Document, group, journal, desk, relay);
        var plan = PlanCompiler.Compile(parsed.Document, context.Facts());
        if (!plan.IsOk)
        {
            throw StepFailure.Refuse(plan.Refusal);
        }

        return await new PlanWalk(context, plan.Value).RunAsync();
    }
}
