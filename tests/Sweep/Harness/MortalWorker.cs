using Runbooks.Temporal.Worker;

namespace Runbooks.Tests.Sweep.Harness;

/// <summary>A worker of the procedures that dies when it is told and comes back with nothing in memory.</summary>
internal sealed class MortalWorker : IAsyncDisposable
{
    private readonly SweepEngine engine;
    private readonly string queue;
    private readonly SemaphoreSlim one = new(1);
    private CancellationTokenSource stop = new();
    private Task running;

    public MortalWorker(SweepEngine engine, string queue)
    {
        this.engine = engine;
        this.queue = queue;
        running = ServeAsync(stop.Token);
    }

    public int Deaths { get; private set; }

    public async Task KillAsync()
    {
        await one.WaitAsync();
        try
        {
            await EndAsync();
            Deaths++;
            stop = new CancellationTokenSource();
            running = ServeAsync(stop.Token);
        }
        finally
        {
            one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        one.Dispose();
    }

    private async Task EndAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task ServeAsync(CancellationToken token)
    {
        using TemporalWorker worker = engine.NewWorkflowWorker(queue);
        await worker.ExecuteAsync(token);
    }
}
