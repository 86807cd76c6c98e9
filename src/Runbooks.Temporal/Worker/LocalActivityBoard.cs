using System.Threading.Channels;
using Runbooks.Temporal.Worker.Core;

namespace Runbooks.Temporal.Worker;

/// <summary>Local activities of one run that execute, and their outcomes in the order they came.</summary>
internal sealed class LocalActivityBoard
{
    private readonly Channel<LocalActivityRecord> outcomes = Channel.CreateUnbounded<LocalActivityRecord>();
    private readonly Dictionary<uint, CancellationTokenSource> running = [];

    internal ChannelReader<LocalActivityRecord> Outcomes => outcomes.Reader;

    internal void Start(uint seq, Func<CancellationToken, Task<LocalActivityRecord>> execute)
    {
        var source = new CancellationTokenSource();
        running[seq] = source;
        _ = Task.Run(async () => outcomes.Writer.TryWrite(await execute(source.Token).ConfigureAwait(false)));
    }

    internal void Ended(uint seq)
    {
        if (running.Remove(seq, out var source))
        {
            source.Dispose();
        }
    }

    internal void Cancel(uint seq)
    {
        if (running.TryGetValue(seq, out var source))
        {
            source.Cancel();
        }
    }

    internal void CancelAll()
    {
        foreach (var source in running.Values)
        {
            source.Cancel();
        }
    }
}
