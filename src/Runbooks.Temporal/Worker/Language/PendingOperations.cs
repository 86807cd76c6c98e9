using Runbooks.Temporal.Worker.Core;

namespace Runbooks.Temporal.Worker.Language;

/// <summary>Operations the code waits for, by the sequence numbers that count from 1 for each kind.</summary>
internal sealed class PendingOperations
{
    private uint timerSeq;
    private uint activitySeq;
    private uint childSeq;
    private uint signalSeq;
    private uint cancelSeq;

    internal Dictionary<uint, TaskCompletionSource> Timers { get; } = [];

    internal Dictionary<uint, TaskCompletionSource<ResolveActivity>> Activities { get; } = [];

    internal Dictionary<uint, TaskCompletionSource<ResolveChildStart>> ChildStarts { get; } = [];

    internal Dictionary<uint, TaskCompletionSource<Outcome>> Children { get; } = [];

    internal Dictionary<uint, TaskCompletionSource<ResolveExternalSignal>> Signals { get; } = [];

    internal Dictionary<uint, TaskCompletionSource<ResolveExternalCancel>> Cancels { get; } = [];

    internal uint NextTimer() => ++timerSeq;

    /// <summary>Regular and local activities share one count, and so one dictionary.</summary>
    internal uint NextActivity() => ++activitySeq;

    internal uint NextChild() => ++childSeq;

    internal uint NextSignal() => ++signalSeq;

    internal uint NextCancel() => ++cancelSeq;

    internal void Apply(ActivationJob job)
    {
        switch (job)
        {
            case FireTimer fired:
                if (Timers.Remove(fired.Seq, out var timer))
                {
                    timer.TrySetResult();
                }
                break;
            case ResolveActivity resolved:
                Take(Activities, resolved.Seq).TrySetResult(resolved);
                break;
            case ResolveChildStart resolved:
                Take(ChildStarts, resolved.Seq).TrySetResult(resolved);
                break;
            case ResolveChild resolved:
                Take(Children, resolved.Seq).TrySetResult(resolved.Outcome);
                break;
            case ResolveExternalSignal resolved:
                Take(Signals, resolved.Seq).TrySetResult(resolved);
                break;
            case ResolveExternalCancel resolved:
                Take(Cancels, resolved.Seq).TrySetResult(resolved);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(job), job, "Not a resolution");
        }
    }

    private static TaskCompletionSource<T> Take<T>(Dictionary<uint, TaskCompletionSource<T>> table, uint seq) =>
        table.Remove(seq, out var source)
            ? source
            : throw new InvalidOperationException($"Nothing waits for operation {seq} of {typeof(T).Name}");
}
