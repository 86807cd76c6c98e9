namespace Runbooks.Workflows.People;

/// <summary>
/// Passes what people say to a run on to the procedures it started: people know one workflow, the run; a question may be asked by a
/// procedure further down. A question's id begins with the id of the workflow that asks it.
/// </summary>
/// <remarks><b>Threading</b>: workflow code only.</remarks>
internal sealed class Relay
{
    private readonly List<ChildWorkflowHandle> open = [];

    /// <summary>Starts a procedure and hears its result; while it runs, it can be spoken to.</summary>
    public async Task<TResult> RunAsync<TWorkflow, TResult>(
        System.Linq.Expressions.Expression<Func<TWorkflow, Task<TResult>>> call, ChildWorkflowOptions options)
    {
        var child = await Workflow.StartChildWorkflowAsync(call, options);
        open.Add(child);
        try
        {
            return await child.GetResultAsync();
        }
        finally
        {
            open.Remove(child);
        }
    }

    /// <summary>Passes an answer to the procedure whose question it is, or on the way to it.</summary>
    public async Task AnswerAsync(Answer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        foreach (var child in open.Where(c => IsFor(answer, c)).ToList())
        {
            await SayAsync(child, "Answer", [answer]);
        }
    }

    /// <summary>Ends a hold.</summary>
    public async Task ReleaseAsync()
    {
        foreach (var child in open.ToList())
        {
            await SayAsync(child, "Release", []);
        }
    }

    private static bool IsFor(Answer answer, ChildWorkflowHandle child) =>
        answer.QuestionId.StartsWith($"{child.Id}:", StringComparison.Ordinal)
        || answer.QuestionId.StartsWith($"{child.Id}/", StringComparison.Ordinal);

    // A procedure that ended meanwhile needs no answer any more.
    private static async Task SayAsync(ChildWorkflowHandle child, string signal, object?[] args)
    {
        try
        {
            await child.SignalAsync(signal, args, new ChildWorkflowSignalOptions { CancellationToken = CancellationToken.None });
        }
        catch (FailureException e)
        {
            Workflow.Logger.LogInformation("{Child} did not hear {Signal}: {Reason}", child.Id, signal, e.Message);
        }
    }
}
