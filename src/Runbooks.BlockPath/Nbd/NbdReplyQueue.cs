using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Targets;
using Runbooks.Domain.Errors;
using Runbooks.Wire.Nbd;

namespace Runbooks.BlockPath.Nbd;

/// <summary>
/// The sending half of a session: takes completed requests from any thread, sends many replies per call, and keeps the
/// session's limits.
/// </summary>
/// <remarks>
/// Who sends. One thread at a time holds the claim to send (<c>_sending</c>). The receive thread completes most
/// requests on its own stack; it collects them and, at the end of a batch, claims and sends without waiting.
/// Completions of other threads (group commit, volume owner, disk workers) are queued and wake the sender thread if
/// nobody holds the claim; while it sends, more collect. A send that would wait is always left to the sender thread,
/// so that a client that does not read cannot stop a disk worker, a volume or even its own receive loop.
///
/// Limits. A request counts from admission until its reply has left. At the limit the receive loop stops reading, and
/// TCP pushes back on the client.
///
/// End. When the client is gone the queue is detached: open requests stay with their targets and are dropped as they
/// complete, and nobody waits for them.
/// </remarks>
internal sealed class NbdReplyQueue : IDisposable
{
    private readonly object _gate = new();
    private readonly ByteChannel _channel;
    private readonly NbdExport _export;
    private readonly NbdServerOptions _options;
    private readonly ByteBudget _budget;
    private readonly NbdReplyBatch _encoded;
    private readonly int _receiveThread = Environment.CurrentManagedThreadId;

    // Owned by the receive thread.
    private readonly List<NbdSessionRequest> _batch = [];
    private Stack<NbdSessionRequest> _idleMine = new();
    private long _admitted;
    private long _admittedBytes;

    // Under the gate.
    private List<NbdSessionRequest> _ready = [];
    private Stack<NbdSessionRequest> _idle = new();
    private bool _sending;
    private bool _handedOver;
    private bool _stopping;
    private bool _detached;
    private long _retired;
    private long _retiredBytes;

    // Owned by whoever holds the claim.
    private List<NbdSessionRequest> _current = [];
    private int _currentEncoded;
    private int _currentRetired;
    private volatile bool _broken;

    public NbdReplyQueue(
        ByteChannel channel, NbdExport export, NbdSessionTerms terms, NbdServerOptions options, ByteBudget budget)
    {
        _channel = channel;
        _export = export;
        _options = options;
        _budget = budget;
        _encoded = new NbdReplyBatch(terms);
        OwnThread.Start("nbd-send", SendLoop);
    }

    private long InFlight => _admitted - Interlocked.Read(ref _retired);

    private long BytesInFlight => _admittedBytes - Interlocked.Read(ref _retiredBytes);

    /// <summary>Receive thread: a request object, once the limits allow one more of that size.</summary>
    /// <param name="bytes">Payload bytes it will hold.</param>
    /// <param name="beforeWaiting">Called before the thread waits, to push on what this batch has collected.</param>
    public NbdSessionRequest Admit(long bytes, Action beforeWaiting)
    {
        if (IsOverLimit(bytes))
        {
            beforeWaiting();
            lock (_gate)
            {
                while (IsOverLimit(bytes) && !_broken)
                {
                    Monitor.Wait(_gate);
                }
            }
        }

        if (bytes > 0)
        {
            _budget.Take(bytes, force: InFlight == 0);
        }

        _admitted++;
        _admittedBytes += bytes;
        if (_idleMine.Count == 0)
        {
            lock (_gate)
            {
                (_idle, _idleMine) = (_idleMine, _idle);
            }
        }

        return _idleMine.TryPop(out NbdSessionRequest? idle) ? idle : new NbdSessionRequest(this);
    }

    /// <summary>Any thread: the request has its answer.</summary>
    public void Add(NbdSessionRequest request)
    {
        if (Environment.CurrentManagedThreadId == _receiveThread && !Volatile.Read(ref _detached))
        {
            _batch.Add(request);
            return;
        }

        lock (_gate)
        {
            if (_detached)
            {
                Drop(request);
                return;
            }

            _ready.Add(request);
            if (!_sending)
            {
                _sending = true;
                _handedOver = true;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Receive thread: sends what this batch completed, without waiting for the client.</summary>
    public void EndBatch()
    {
        if (_batch.Count == 0)
        {
            return;
        }

        lock (_gate)
        {
            _ready.AddRange(_batch);
            _batch.Clear();
            if (_sending)
            {
                return;
            }

            _sending = true;
        }

        if (!Drain(mayWait: false))
        {
            lock (_gate)
            {
                _handedOver = true;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>
    /// Receive thread, at the end: waits until every admitted request is answered, at most that long.
    /// </summary>
    public void WaitUntilDrained(TimeSpan timeMax)
    {
        long deadline = Environment.TickCount64 + (long)timeMax.TotalMilliseconds;
        lock (_gate)
        {
            while (InFlight > 0 && !_broken)
            {
                long left = deadline - Environment.TickCount64;
                if (left <= 0)
                {
                    return;
                }

                Monitor.Wait(_gate, (int)Math.Min(left, int.MaxValue));
            }
        }
    }

    /// <summary>
    /// Receive thread, last: nothing is sent any more. Requests that are still open are dropped when they complete.
    /// </summary>
    public void Dispose()
    {
        bool freeNow;
        lock (_gate)
        {
            _broken = true;
            _stopping = true;
            _detached = true;
            foreach (NbdSessionRequest request in _ready)
            {
                Drop(request);
            }

            _ready.Clear();
            freeNow = !_sending;
            Monitor.PulseAll(_gate);
        }

        // Wakes a sender that waits for a client that does not read; what was sent still arrives.
        _channel.Abort();
        if (freeNow)
        {
            _encoded.Dispose();
        }
    }

    private bool IsOverLimit(long bytes) =>
        InFlight >= _options.RequestsInFlightMax
        || (bytes > 0 && InFlight > 0 && BytesInFlight + bytes > _options.SessionBytesInFlightMax);

    private void SendLoop()
    {
        while (true)
        {
            lock (_gate)
            {
                while (!_handedOver && !_stopping)
                {
                    Monitor.Wait(_gate);
                }

                if (!_handedOver)
                {
                    return;
                }

                _handedOver = false;
            }

            Invariant.Require(Drain(mayWait: true), "A drain that may wait leaves nothing");
        }
    }

    /// <summary>
    /// With the claim: sends until nothing is ready and gives the claim up. False when it would have to wait: the
    /// claim is kept.
    /// </summary>
    private bool Drain(bool mayWait)
    {
        while (true)
        {
            if (_currentRetired == _current.Count && _encoded.IsEmpty)
            {
                lock (_gate)
                {
                    _current.Clear();
                    _currentEncoded = 0;
                    _currentRetired = 0;
                    if (_ready.Count == 0)
                    {
                        _sending = false;
                        if (_detached)
                        {
                            _encoded.Dispose();
                        }

                        return true;
                    }

                    (_ready, _current) = (_current, _ready);
                }
            }

            while (_currentEncoded < _current.Count && !_broken && _encoded.TryAdd(_current[_currentEncoded]))
            {
                _currentEncoded++;
            }

            if (!_broken)
            {
                bool? sent = mayWait ? _encoded.Send(_channel) : _encoded.TrySend(_channel);
                if (sent is null)
                {
                    return false;
                }

                if (sent == false)
                {
                    Break();
                }
            }

            _encoded.Clear();
            Retire();
        }
    }

    private void Break()
    {
        _broken = true;
        _channel.Abort();
    }

    /// <summary>
    /// Takes the requests whose replies have left (all of them when the client is gone) out of flight.
    /// </summary>
    private void Retire()
    {
        NbdBatchTotals totals = default;
        int end = _broken ? _current.Count : _currentEncoded;
        long bytes = 0;
        for (int i = _currentRetired; i < end; i++)
        {
            NbdSessionRequest request = _current[i];
            Count(request, ref totals);
            request.Finish();
            bytes += request.ChargedBytes;
        }

        _export.Counters.Add(totals);
        if (bytes > 0)
        {
            _budget.Return(bytes);
        }

        lock (_gate)
        {
            for (int i = _currentRetired; i < end; i++)
            {
                _idle.Push(_current[i]);
            }

            _retiredBytes += bytes;
            _retired += end - _currentRetired;
            Monitor.PulseAll(_gate);
        }

        _currentEncoded = end;
        _currentRetired = end;
    }

    private void Drop(NbdSessionRequest request)
    {
        request.Finish();
        _budget.Return(request.ChargedBytes);
        _retired++;
    }

    private static void Count(NbdSessionRequest request, ref NbdBatchTotals totals)
    {
        if (request.Error != NbdError.None)
        {
            totals.Errors++;
            return;
        }

        switch (request.WireCommand)
        {
            case NbdCommand.Read:
                totals.Reads++;
                totals.ReadBytes += request.Length;
                break;
            case NbdCommand.Write:
                totals.Writes++;
                totals.WrittenBytes += request.Length;
                break;
            case NbdCommand.Trim or NbdCommand.WriteZeroes:
                totals.Writes++;
                break;
            case NbdCommand.Flush:
                totals.Flushes++;
                break;
            default:
                break;
        }
    }
}
