using Runbooks.Domain.States;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.People;

/// <summary>Where a workflow asks people and hears them: questions with a deadline and a stated default, pause, and abort.</summary>
/// <remarks>
/// <b>Threading</b>: workflow code only. An answer that comes before its question is kept. One voice each: the first valid answer of a
/// person counts. A child's question ids begin with its workflow id, so that whoever hears the answer knows whom to pass it to.
/// </remarks>
public sealed class Desk(StepJournal journal)
{
    private readonly Dictionary<string, List<Answer>> answers = new(StringComparer.Ordinal);
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);

    /// <summary>What ends a wait besides answer, deadline and abort; null is the workflow's own token.</summary>
    public CancellationToken? Token { get; init; }

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

        list.Add(answer);
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
    /// <param name="token">Ends the wait early; null takes <see cref="Token"/>.</param>
    public async Task<Answer> AskAsync(
        string path,
        string title,
        string text,
        IReadOnlyList<string> choices,
        string of,
        TimeSpan within,
        string fallback,
        CancellationToken? token = null)
    {
        var id = NextId(path);
        var question = new Question(id, text, choices, of, Workflow.UtcNow + within, fallback);
        journal.Record(path, title, StepState.Asking, text, question);
        await Workflow.WaitConditionAsync(() => Abort is not null || Given(id, choices).Count > 0, within, token ?? Token);
        return Abort ?? Given(id, choices).FirstOrDefault() ?? new Answer(id, fallback, "deadline", $"No answer within {within}.");
    }

    /// <summary>Asks for several people to say yes; ends at the count, at the first no, or at the deadline.</summary>
    public async Task<IReadOnlyList<Answer>> CollectAsync(
        string path, string title, string text, string yes, string no, string of, int count, TimeSpan within, string fallback)
    {
        var id = NextId(path);
        var question = new Question(id, text, [yes, no], of, Workflow.UtcNow + within, fallback);
        journal.Record(path, title, StepState.Asking, text, question);
        List<Answer> All() => Given(id, [yes, no]);
        bool Done() => Abort is not null || All().Count(a => a.Choice == yes) >= count || All().Exists(a => a.Choice == no);
        var inTime = await Workflow.WaitConditionAsync(Done, within, Token);
        return Abort is not null ? [Abort] : inTime ? [.. All()] : [new Answer(id, fallback, "deadline", $"No answer within {within}.")];
    }

    /// <summary>Waits until nobody has the run paused.</summary>
    public Task WhileNotPausedAsync() => Workflow.WaitConditionAsync(() => !IsPaused || Abort is not null, Token);

    private string NextId(string path)
    {
        var whole = Workflow.Info.Parent is null ? path : $"{Workflow.Info.WorkflowId}:{path}";
        var id = whole;
        for (var n = 2; !asked.Add(id); n++)
        {
            id = $"{whole}#{n}";
        }

        return id;
    }

    private List<Answer> Given(string id, IReadOnlyList<string> choices) =>
        [.. (answers.GetValueOrDefault(id) ?? []).Where(a => choices.Contains(a.Choice)).DistinctBy(a => a.By)];
}
