using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Runbooks.Engine.History;
using Runbooks.Engine.Rpc;

namespace Runbooks.Engine.Runs;

/// <summary>
/// What must still be done to a run, as soon as the database answers: to every run with work waiting at the start, and
/// to each whose write was not confirmed.
/// </summary>
/// <remarks>
/// A write that fails may have been made all the same, and the caller who would ask again may be gone: then nobody
/// reads the run, and the tasks it promised never reach a queue. So each run whose memory was thrown away is loaded
/// again; loading puts its tasks back. The load is repeated until it succeeds, here and not by the caller, who has had
/// their answer.
/// </remarks>
public sealed class RunRepairer(ILogger log) : IAsyncDisposable
{
    private const int WorkersMax = 8;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    private readonly Channel<(RunKey Run, Func<Task> Work)> _waiting =
        Channel.CreateUnbounded<(RunKey Run, Func<Task> Work)>();

    private readonly CancellationTokenSource _stop = new();
    private Task[] _workers = [];

    /// <summary>How a run is loaded; set once, before <see cref="Start"/>.</summary>
    public Func<RunKey, Task>? Load { get; set; }

    public void Start() => _workers = [.. Enumerable.Range(0, WorkersMax).Select(_ => Task.Run(RunAsync))];

    /// <summary>Loads the run again. Any thread, also under the run's lock.</summary>
    public void Reload(RunKey run)
    {
        if (Load is { } load)
        {
            Later(run, () => load(run));
        }
    }

    /// <summary>Does something to the run, again and again until the database has answered.</summary>
    public void Later(RunKey run, Func<Task> work) => _waiting.Writer.TryWrite((run, work));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _waiting.Writer.TryComplete();
        await Task.WhenAll(_workers);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var (run, work) in _waiting.Reader.ReadAllAsync(_stop.Token))
            {
                await RepeatAsync(run, work);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The next start of the engine loads every run that has work waiting.
        }
    }

    private async Task RepeatAsync(RunKey run, Func<Task> work)
    {
        while (true)
        {
            try
            {
                await work();
                return;
            }
            catch (RpcFault e) when (e.Status is not RpcStatus.Unavailable)
            {
                // The run has moved on, or is gone: nothing is left to mend.
                return;
            }
            catch (Exception e) when (e is StoreFault or RpcFault)
            {
                log.LogWarning("Run {Run} is not mended yet, it is tried again: {Reason}", run, e.Message);
                await Task.Delay(RetryDelay, _stop.Token);
            }
        }
    }
}
