using System.Text.Json;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;
using Runbooks.Tests.Sweep.World;
using Runbooks.Workflows.People;
using Runbooks.Workflows.Steps;

namespace Runbooks.Tests.Sweep.Harness;

/// <summary>Starts a procedure and plays the people around it until it ends.</summary>
internal sealed class CaseRunner(SweepEngine engine, Scenario scenario, SweepCase one)
{
    /// <summary>A case that hangs fails instead of the whole layer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HashSet<string> answered = new(StringComparer.Ordinal);

    /// <summary>Questions that were asked, in order.</summary>
    public List<Question> Asked { get; } = [];

    /// <summary>Chooses the answer to a question; null leaves it open.</summary>
    public Func<Question, string?> Decide { get; init; } = Willing;

    public WorkflowHandle Handle { get; private set; } = null!;

    /// <summary>Says yes to whatever brings a run to its end.</summary>
    public static string? Willing(Question question) =>
        new[] { "approve", "accept", "override", "done", "retry" }.FirstOrDefault(question.Choices.Contains);

    public async Task<WorkflowHandle> StartAsync(string? queue = null)
    {
        engine.Worlds.Add(one);
        Handle = await engine.Client.StartWorkflowAsync(
            scenario.Workflow,
            [scenario.Input(one.World, one.Id)],
            new WorkflowOptions($"{one.Id}/run", queue ?? engine.WorkflowQueue));
        foreach (var (name, args) in scenario.Signals)
        {
            await Handle.SignalAsync(name, args);
        }

        return Handle;
    }

    /// <summary>Runs to the end.</summary>
    /// <returns>The result as text, or the failure.</returns>
    public async Task<CaseEnd> RunAsync(string? queue = null)
    {
        await StartAsync(queue);
        return await EndAsync();
    }

    public async Task<CaseEnd> EndAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        var result = Handle.GetResultAsync<JsonElement>();
        while (await Task.WhenAny(result, Task.Delay(400, limit.Token)) != result)
        {
            if (limit.IsCancellationRequested)
            {
                Assert.Fail($"{scenario} did not end; calls: {string.Join("; ", one.Calls)}; history: {await TailAsync()}");
            }

            await AnswerAsync(Handle.Id);
        }

        try
        {
            return new CaseEnd(await result, null);
        }
        catch (WorkflowFailedException e)
        {
            return new CaseEnd(null, StepFailure.Of(e.InnerException ?? e));
        }
    }

    private async Task<string> TailAsync()
    {
        var history = await Handle.FetchHistoryAsync();
        return string.Join("; ", history.Events.TakeLast(12).Select(e => e.WorkflowTaskFailedEventAttributes is { } failed
            ? $"{e.EventId} {failed.Failure?.Message}"
            : $"{e.EventId} {e.EventType}"));
    }

    private async Task AnswerAsync(string workflowId)
    {
        var handle = engine.Client.GetWorkflowHandle(workflowId);
        try
        {
            var description = await handle.DescribeAsync();
            foreach (var child in description.RawDescription.PendingChildren.Where(c => c.WorkflowTypeName != "GroupLease"))
            {
                await AnswerAsync(child.WorkflowId);
            }

            var steps = await handle.QueryAsync<IReadOnlyList<StepChange>>("Steps", []);
            foreach (var question in steps.Where(s => s.State == Domain.States.StepState.Asking).Select(s => s.Question!))
            {
                if (answered.Add(question.Id))
                {
                    Asked.Add(question);
                    if (Decide(question) is { } choice)
                    {
                        await Handle.SignalAsync("Answer", [new Answer(question.Id, choice, "tester", "the test says so")]);
                    }
                }
            }
        }
        catch (Exception e) when (e is RpcException or WorkflowQueryFailedException or WorkflowQueryRejectedException)
        {
            // It ended between two looks.
        }
    }
}

/// <summary>How a run ended.</summary>
internal sealed record CaseEnd(JsonElement? Result, StepFailure? Failure)
{
    /// <summary>State of a runbook's run.</summary>
    public string State => Result is { ValueKind: JsonValueKind.Object } r && r.TryGetProperty(nameof(State), out var state) ? state.ToString() : string.Empty;
}
