namespace Runbooks.BlockPath.Execution;

/// <summary>
/// A piece of work that may block on a disk. Must not throw: whoever made it reports its own failures.
/// </summary>
public interface IWork
{
    void Run();
}

/// <summary>
/// Where blocking work runs. Production gives threads; a simulation gives its own scheduler, so that everything stays
/// on one thread and in a seeded order.
/// </summary>
public interface IExecutor
{
    /// <summary>Queues the work; never runs it inside the call.</summary>
    void Post(IWork work);
}
