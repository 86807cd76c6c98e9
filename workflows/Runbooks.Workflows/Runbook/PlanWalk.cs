using Runbooks.Definitions.Documents;
using Runbooks.Definitions.Plans;
using Runbooks.Domain.States;
using Runbooks.Workflows.People;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Runbook;

/// <summary>
/// Walks a plan: starts every step whose needs are done, several at once; stops starting on failure, pause or abort; then compensates in
/// reverse order. A step that cannot be undone is never cancelled in the middle: an abort waits for its end.
/// </summary>
internal sealed class PlanWalk(RunContext context, Plan plan)
{
    // A no is final: nobody is asked whether to skip it.
    private const string Approval = "approval";

    private readonly Dictionary<string, StepState> states = new(StringComparer.Ordinal);
    private readonly List<PlanStep> done = [];
    private readonly StepRunner runner = new(context);
    private string failure = string.Empty;

    public async Task<RunResult> RunAsync()
    {
        using var abort = new CancellationTokenSource();
        var running = new Dictionary<string, Task>(StringComparer.Ordinal);
        while (true)
        {
            await StartReadyAsync(running, abort.Token);
            if (running.Count == 0)
            {
                break;
            }

            await WaitForAnyAsync(running, abort);
            foreach (var (path, task) in running.Where(r => r.Value.IsCompleted).ToList())
            {
                running.Remove(path);
                await task;
            }
        }

        return await EndAsync();
    }

    // Step 3: Start every step whose needs are done
    private async Task StartReadyAsync(Dictionary<string, Task> running, CancellationToken cancellationToken)
    {
        // A skipped frame or a frame's end costs nothing and may make more steps ready, so this goes round until nothing changes.
        for (var again = true; again;)
        {
            again = false;
            await context.Desk.WhileNotPausedAsync();
            foreach (var step in plan.Steps.Where(s => !states.ContainsKey(s.Path) && NeedsAreDone(s)))
            {
                // Asked anew for each step: the one before may have failed at once, and a pause may have ended by an abort.
                if (failure.Length > 0 || context.Desk.Abort is not null)
                {
                    return;
                }

                states[step.Path] = StepState.Ready;
                var task = StepAsync(step, cancellationToken);
                if (task.IsCompleted)
                {
                    await task;
                    again = true;
                }
                else
                {
                    running[step.Path] = task;
                }
            }
        }
    }

    private bool NeedsAreDone(PlanStep step) => step.Needs.All(n => states.GetValueOrDefault(n) is
        StepState.Succeeded or StepState.Skipped || IsToleratedFailure(n));

    private bool IsToleratedFailure(string path) =>
        states.GetValueOrDefault(path) == StepState.Failed
        && plan.Steps.First(s => s.Path == path).OnFailure == OnFailure.Continue;

    private async Task WaitForAnyAsync(Dictionary<string, Task> running, CancellationTokenSource abort)
    {
        bool AbortIsNew() => context.Desk.Abort is not null && !abort.IsCancellationRequested;
        await Workflow.WaitConditionAsync(() => running.Values.Any(t => t.IsCompleted) || AbortIsNew(), CancellationToken.None);
        if (AbortIsNew())
        {
            // Not CancelAsync: that runs what waits for the token on the thread pool, outside the workflow.
#pragma warning disable CA1849
            abort.Cancel();
#pragma warning restore CA1849
        }
    }

    private async Task StepAsync(PlanStep step, CancellationToken cancellationToken)
    {
        if (step.Kind == PlanStep.BlockEnd)
        {
            states[step.Path] = StepState.Succeeded;
            return;
        }

        if (SkippedByFrame(step) || !PlanValues.Holds(step.When, step, context.Facts(), context.OutputOf))
        {
            states[step.Path] = StepState.Skipped;
            if (step.Kind != PlanStep.BlockBegin)
            {
                context.Journal.Skip(step.Path, step.Title, "its condition is false");
            }

            return;
        }

        if (step.Delay > TimeSpan.Zero)
        {
            context.Journal.Record(step.Path, step.Title, StepState.Waiting, $"delay of {step.Delay}");
            try
            {
                await Workflow.DelayAsync(step.Delay, cancellationToken);
            }
            catch (Exception e) when (StepFailure.IsCancelled(e))
            {
                context.Journal.Record(step.Path, step.Title, StepState.Cancelled, "aborted while it waited");
                states[step.Path] = StepState.Cancelled;
                return;
            }
        }

        states[step.Path] = step.Kind == PlanStep.BlockBegin ? StepState.Succeeded : await RunAsync(step, cancellationToken);
    }

    // A child of a skipped block is skipped with it: its block's begin stands in its needs.
    private bool SkippedByFrame(PlanStep step) =>
        step.Scope.Length > 0 && step.Needs.Any(n => step.Scope.StartsWith(n, StringComparison.Ordinal)
            && states.GetValueOrDefault(n) == StepState.Skipped);

    private async Task<StepState> RunAsync(PlanStep step, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var outputs = await context.Journal.RunAsync(
                    step.Path, step.Title, () => runner.RunAsync(step, attempt, cancellationToken), o => o.ToJsonString());
                context.SetOutput(step.Path, outputs);
                Remember(step, step.Acts);

                return StepState.Succeeded;
            }
            catch (Exception e) when (StepFailure.IsExpected(e))
            {
                // What ended in the middle may have done half of its work: its inverse, where there is one, is due as well.
                Remember(step, step.Acts && !step.Irreversible && step.Compensate is not null);
                if (StepFailure.IsCancelled(e) && context.Desk.Abort is not null)
                {
                    return StepState.Cancelled;
                }

                if (await AfterFailureAsync(step, e) is { } state)
                {
                    return state;
                }
            }
        }
    }

    private void Remember(PlanStep step, bool asDone)
    {
        if (asDone && !done.Contains(step))
        {
            done.Add(step);
        }
    }

    // Step 4: A failed step follows its rule. Null means: try again.
    private async Task<StepState?> AfterFailureAsync(PlanStep step, Exception e)
    {
        var reason = StepFailure.Of(e);
        switch (step.OnFailure)
        {
            case OnFailure.Continue:
                return StepState.Failed;
            case OnFailure.Compensate:
                Remember(step, true);
                break;
            case OnFailure.Ask when context.Desk.Abort is null && step.Kind != Approval:
                var asked = Workflow.UtcNow;
                var answer = await context.Desk.AskAsync(
                    step.Path,
                    step.Title,
                    $"Step {step.Path} failed: {reason.Text} Retry, skip with a reason, or abort?",
                    ["retry", "skip", "abort"],
                    AnswerRoles.Operator,
                    TimeSpan.FromHours(4),
                    "abort");
                context.HumanSeconds += (Workflow.UtcNow - asked).TotalSeconds;
                if (answer.Choice == "retry")
                {
                    return null;
                }

                if (answer.Choice == "skip")
                {
                    context.Journal.Skip(step.Path, step.Title, $"skipped by {answer.By}: {answer.Reason}");
                    return StepState.Skipped;
                }

                break;
            default:
                break;
        }

        failure = $"{step.Path}: {reason.Text}";
        context.Journal.Record(step.Path, step.Title, StepState.Failed, reason.Text);
        return StepState.Failed;
    }

    private async Task<RunResult> EndAsync()
    {
        var ended = Workflow.UtcNow;
        var aborted = context.Desk.Abort;
        var compensated = new List<string>();
        var kept = new List<string>();
        if (failure.Length > 0 || aborted is not null)
        {
            await CompensateAsync(compensated, kept);
        }

        foreach (var step in plan.Steps.Where(s => !states.ContainsKey(s.Path) && s.Kind is not PlanStep.BlockBegin and not PlanStep.BlockEnd))
        {
            context.Journal.Record(step.Path, step.Title, StepState.Cancelled, "the run ended before it");
        }

        // Step 6: Return state, cause, times and outputs
        var state = aborted is not null ? RunState.Aborted : failure.Length > 0 ? RunState.Failed : RunState.Succeeded;
        var cause = aborted is not null ? ProcedureRefusals.Aborted(aborted.By, aborted.Reason).ToString() : failure;
        return new RunResult(
            state,
            cause,
            (ended - Workflow.Info.StartTime).TotalSeconds,
            context.HumanSeconds,
            compensated,
            kept,
            context.Outputs.ToDictionary(o => o.Key, o => o.Value.ToJsonString()));
    }

    // Step 5: Undo in reverse order what can be undone
    private async Task CompensateAsync(List<string> compensated, List<string> kept)
    {
        foreach (var step in Enumerable.Reverse(done))
        {
            if (step.Compensate is not { } undo)
            {
                kept.Add(step.Path);
                continue;
            }

            try
            {
                var inverse = step with { Kind = undo.Uses, With = undo.With, Path = step.Path, Compensate = null };
                await runner.RunAsync(inverse, 1, CancellationToken.None);
                context.Journal.Record(step.Path, step.Title, StepState.Compensated, $"undone by {undo.Uses}");
                compensated.Add(step.Path);
            }
            catch (Exception e) when (StepFailure.IsExpected(e))
            {
                context.Journal.Record(step.Path, step.Title, StepState.Failed, $"could not be undone: {StepFailure.Of(e).Text}");
                kept.Add(step.Path);
            }
        }
    }
}
