using Runbooks.Engine.History;
using Runbooks.Engine.Matching;

namespace Runbooks.Tests.Unit.Engine;

public sealed class TaskQueueTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task WaitingPoll_GetsTheNextTask_AndTheBacklogStaysInOrder()
    {
        var queue = new TaskQueue();
        var poll = queue.TakeAsync("p", "", Now, default);

        queue.Add(Task(1));
        queue.Add(Task(2));
        queue.Add(Task(3));

        Assert.Equal(1, (await poll)!.ScheduledEventId);
        Assert.Equal(2, (await queue.TakeAsync("p", "", Now, default))!.ScheduledEventId);
        Assert.Equal(1, queue.Backlog);
    }

    [Fact]
    public async Task AbandonedPoll_TakesNothingWithIt()
    {
        var queue = new TaskQueue();
        using var gone = new CancellationTokenSource();
        var poll = queue.TakeAsync("p", "", Now, gone.Token);

        await gone.CancelAsync();
        queue.Add(Task(1));

        Assert.Null(await poll);
        Assert.Equal(1, queue.Backlog);
    }

    [Fact]
    public async Task WorkerShutdown_EndsOnlyItsOwnPolls()
    {
        var queue = new TaskQueue();
        var mine = queue.TakeAsync("p", "a", Now, default);
        var other = queue.TakeAsync("p", "b", Now, default);

        queue.EndPolls("a");
        queue.Add(Task(1));

        Assert.Null(await mine);
        Assert.NotNull(await other);
    }

    private static TaskRef Task(long id) => new(new RunKey("ns", "w", Guid.Empty), id, 1);
}
