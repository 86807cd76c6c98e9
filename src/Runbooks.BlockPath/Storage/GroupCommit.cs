using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Targets;

namespace Runbooks.BlockPath.Storage;

/// <summary>
/// One fdatasync for everybody who asked since the last one started.
/// </summary>
/// <remarks>
/// An fdatasync costs 60 to 120 us and covers all completed writes of the file, whoever made them. While one runs,
/// waiters collect; when it ends, the next covers them all. With 32 FUA writes in flight this is about 2 syncs per 32
/// writes where a sync per write would be 32.
///
/// Rule that makes it right: a waiter joins only after its own write has returned, and a sync that was already
/// running when it joined does not count for it.
///
/// A flush with nothing written since the last successful sync started is answered at once. A failed sync is final: its
/// waiters and all later ones get the fault (the file is poisoned).
///
/// Threading: any thread. Completions run on the executor's thread.
/// </remarks>
public sealed class GroupCommit(IBlockFile file, IExecutor executor) : IWork
{
    private readonly Lock _gate = new();
    private List<object> _waiting = [];
    private List<object> _committing = [];
    private bool _running;
    private bool _held;
    private long _written = 1;
    private long _durable;
    private long _commits;

    /// <summary>fdatasync calls so far; for metrics and tests.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>To be called after every write that a later flush must cover.</summary>
    public void NoteWrite() => Interlocked.Increment(ref _written);

    /// <summary>Completes the request when all writes that returned before this call are durable.</summary>
    /// <param name="request">A flush, or a FUA write whose data is in the file.</param>
    /// <param name="hold">Wait for <see cref="Start"/>: more requests of the same batch are coming.</param>
    public void Join(BlockRequest request, bool hold = false) => Add(request, hold);

    /// <summary>
    /// Calls back with null, or with the fault, when all writes that returned before this call are durable.
    /// </summary>
    public void Join(Action<DiskFault?> committed) => Add(committed, hold: false);

    public Task FlushAsync()
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Join(fault =>
        {
            if (fault is null)
            {
                done.SetResult();
            }
            else
            {
                done.SetException(fault);
            }
        });
        return done.Task;
    }

    /// <summary>Starts the sync for whoever joined with hold.</summary>
    public void Start()
    {
        if (!Volatile.Read(ref _held))
        {
            return;
        }

        bool post;
        lock (_gate)
        {
            _held = false;
            post = !_running && _waiting.Count > 0;
            _running |= post;
        }

        if (post)
        {
            executor.Post(this);
        }
    }

    void IWork.Run()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _running = false;
                    return;
                }

                (_waiting, _committing) = (_committing, _waiting);
            }

            DiskFault? fault = Commit();
            foreach (object waiter in _committing)
            {
                if (waiter is BlockRequest request)
                {
                    request.Complete(fault is null ? default : BlockErrors.From(fault));
                }
                else
                {
                    ((Action<DiskFault?>)waiter)(fault);
                }
            }

            _committing.Clear();
        }
    }

    private void Add(object waiter, bool hold)
    {
        bool post;
        lock (_gate)
        {
            _waiting.Add(waiter);
            _held |= hold;
            post = !_running && !hold;
            _running |= post;
        }

        if (post)
        {
            executor.Post(this);
        }
    }

    private DiskFault? Commit()
    {
        long covered = Interlocked.Read(ref _written);
        if (covered == Interlocked.Read(ref _durable) && !file.IsPoisoned)
        {
            return null;
        }

        try
        {
            file.Flush();
            Interlocked.Increment(ref _commits);
            Interlocked.Exchange(ref _durable, covered);
            return null;
        }
        catch (DiskFault fault)
        {
            return fault;
        }
    }
}
