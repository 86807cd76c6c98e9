using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Storage;
using Runbooks.Domain.Units;

namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>Collects ranges to keep while a batch is being kept, so that one fdatasync serves many writes.</summary>
internal sealed class PreserveQueue(RecoveryPointSet set, IExecutor executor) : IWork
{
    private readonly Lock _gate = new();
    private List<(ByteRange Range, Action<DiskFault?> Preserved)> _waiting = [];
    private List<(ByteRange Range, Action<DiskFault?> Preserved)> _working = [];
    private bool _running;

    public void Add(ByteRange range, Action<DiskFault?> preserved)
    {
        lock (_gate)
        {
            _waiting.Add((range, preserved));
            if (_running)
            {
                return;
            }

            _running = true;
        }

        executor.Post(this);
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

                (_waiting, _working) = (_working, _waiting);
            }

            DiskFault? failure = null;
            try
            {
                set.PreserveAll([.. _working.Select(each => each.Range)]);
            }
            catch (DiskFault fault)
            {
                failure = fault;
            }

            foreach ((_, Action<DiskFault?> preserved) in _working)
            {
                preserved(failure);
            }

            _working.Clear();
        }
    }
}
