using Runbooks.BlockPath.Execution;

namespace Runbooks.Testing.Disks;

/// <summary>Runs posted work when the test says so, on the test's thread.</summary>
public sealed class ManualExecutor : IExecutor
{
    private readonly Queue<IWork> _work = new();

    public int Waiting => _work.Count;

    public void Post(IWork work) => _work.Enqueue(work);

    public void RunAll()
    {
        while (_work.TryDequeue(out IWork? work))
        {
            work.Run();
        }
    }
}
