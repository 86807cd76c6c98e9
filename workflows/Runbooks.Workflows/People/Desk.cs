using Runbooks.Domain.States;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.People;

/// <summary>Where a workflow asks people and hears them: questions with a deadline and a stated default, pause, and abort.</summary>
/// <remarks><b>Threading</b>: workflow code only. An answer that comes before its question is kept; a second answer is ignored.</remarks>
public sealed class Desk(StepJournal journal)
{
    private readonly Dictionary<string, List<Answer>> answers = new(StringComparer.Ordinal);
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);

    /// <summary>True while a person has paused the run.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Who aborted and why; null while nobody did.</summary>
    public Answer? Abort { get; private set; }

    /// <summary>Hears an answer.</summary>
    public void Receive(Answer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (!answers.TryGetValue(answer.QuestionId, out var list))
        {
            answers[answer.QuestionId] = list = [];
        }

        // One voice each: the same person's second answer to the same question changes nothing.
        if (!list.Exists(a => a.By == answer.By))
        {
            list.Add(answer);
        }
    }

    /// <summary>Hears a pause or its end.</summary>
    public void Pause(bool paused) => IsPaused = paused;

    /// <summary>Hears an abort; the first one counts.</summary>
    public void Receive(AbortOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        Abort ??= new Answer("abort", "abort", order.By, order.Reason);
    }

    /// <summary>Asks, waits for the answer or the deadline, and returns the choice.</summary>
    /// <param name="path">The step that asks.</param>
    /// <param name="title">Its title.</param>
    /// <param name="text">The question, with the facts.</param>
    /// <param name="choices">The only answers.</param>
    /// <param name="of">Role of those who may answer.</param>
    /// <param name="within">How long it waits.</param>
    /// <param name="fallback">The choice without an answer.</param>
    public async Task<Answer> AskAsync(
        string path, string title, string text, IReadOnlyList<string> choices, string of, TimeSpan within, string fallback)
    {
        var id = NextId(path);
        var question = new Question(id, text, choices, of, Workflow.UtcNow + within, fallback);
        journal.Record(path, title, StepState.Asking, text, question);
        await Workflow.WaitConditionAsync(() => Abort is not null || Given(id, choices) is not null, within);
        return Abort ?? Given(id, choices) ?? new Answer(id, fallback, "deadline", $"No answer within {within}.");
    }

    /// <summary>Asks for several people to say yes; ends at the count, at the first no, or at the deadline.</summary>
    public async Task<IReadOnlyList<Answer>> CollectAsync(
        string path, string title, string text, string yes, string no, string of, int count, TimeSpan within, string fallback)
    {
        var id = NextId(path);
        var question = new Question(id, text, [yes, no], of, Workflow.UtcNow + within, fallback);
        journal.Record(path, title, StepState.Asking, text, question);
        bool Done() => Abort is not null || All(id).Count(a => a.Choice == yes) >= count || All(id).Any(a => a.Choice == no);
        var inTime = await Workflow.WaitConditionAsync(Done, within);
        return Abort is not null ? [Abort] : inTime ? [.. All(id)] : [new Answer(id, fallback, "deadline", $"No answer within {within}.")];
    }

    /// <summary>Waits until nobody has the run paused.</summary>
    public Task WhileNotPausedAsync() => Workflow.WaitConditionAsync(() => !IsPaused || Abort is not null);

    private string NextId(string path)
    {
        var id = path;
        for (var n = 2; !asked.Add(id); n++)
        {
            id = $"{path}#{n}";
        }

        return id;
    }

    private List<Answer> All(string id) => answers.GetValueOrDefault(id) ?? [];

    private Answer? Given(string id, IReadOnlyList<string> choices) => All(id).Find(a => choices.Contains(a.Choice));
}
