using System.Text.Json;
using Runbooks.Domain.States;
using Runbooks.Tests.Sweep.Harness;
using Runbooks.Tests.Sweep.World;
using Runbooks.Workflows.People;
using Runbooks.Workflows.Steps;

namespace Runbooks.Tests.Sweep.Interpreter;

/// <summary>One run of a small document, with the people around it played by the test.</summary>
internal sealed class Play
{
    private readonly CaseRunner runner;

    private Play(CaseRunner runner, SweepCase one)
    {
        this.runner = runner;
        Case = one;
    }

    public SweepCase Case { get; }

    public WorldModel World => Case.World;

    public IReadOnlyList<Question> Asked => runner.Asked;

    /// <summary>Starts a document whose steps are <paramref name="steps"/>; a question without an answer stays open.</summary>
    public static Task<Play> StartAsync(string steps, Func<Question, string?>? answer = null, SweepCase? one = null, string? group = null)
    {
        var text = $"""
            apiVersion: runbooks/v1
            kind: Runbook
            metadata: {"{"} name: play, title: A play, owner: tests {"}"}
            spec:
              for: custom
              steps:
            {string.Join('\n', steps.Split('\n').Select(l => $"    {l}"))}
            """;
        return StartAsync(Scenario.OfText("play", text, RunKind.Custom, Scenario.Pair), answer, one, group);
    }

    public static async Task<Play> StartAsync(
        Scenario scenario, Func<Question, string?>? answer = null, SweepCase? one = null, string? group = null)
    {
        one ??= new SweepCase(SweepEngine.NewId(), scenario.NewWorld());
        var input = scenario.Input;
        var runner = new CaseRunner(
            await SweepEngine.Current,
            scenario with { Input = (world, own) => input(world, group ?? own) },
            one) { Decide = answer ?? (_ => null) };
        await runner.StartAsync();
        return new Play(runner, one);
    }

    public Task<CaseEnd> EndAsync() => runner.EndAsync();

    public Task SignalAsync(string name, params object?[] args) => runner.Handle.SignalAsync(name, args);

    public Task AbortAsync() => SignalAsync("Abort", new AbortOrder("tester", "enough"));

    public Task CancelAsync() => runner.Handle.CancelAsync();

    public Task TerminateAsync() => runner.Handle.TerminateAsync("the test says so");

    public Task AnswerAsync(string question, string choice, string by = "tester") =>
        SignalAsync("Answer", new Answer(question, choice, by, "the test says so"));

    /// <summary>Waits until a step is in a state.</summary>
    public async Task UntilAsync(string path, StepState state)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await StateOfAsync(path) != state)
        {
            await Task.Delay(50, limit.Token);
        }
    }

    public async Task<StepState?> StateOfAsync(string path) =>
        (await runner.Handle.QueryAsync<IReadOnlyList<StepChange>>("Steps", [])).FirstOrDefault(s => s.Path == path)?.State;

    /// <summary>Waits until an activity was called.</summary>
    public async Task UntilCalledAsync(string start)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!Case.Calls.Any(c => c.StartsWith(start, StringComparison.Ordinal)))
        {
            await Task.Delay(20, limit.Token);
        }
    }

    public static IEnumerable<string?> Texts(CaseEnd end, string field) =>
        end.Result!.Value.GetProperty(field).EnumerateArray().Select(e => e.GetString());

    public static string Text(CaseEnd end, string field) => end.Result!.Value.GetProperty(field) is { ValueKind: JsonValueKind.String } text
        ? text.GetString()!
        : string.Empty;
}
