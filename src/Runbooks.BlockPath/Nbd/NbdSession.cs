using Runbooks.BlockPath.Targets;
using Runbooks.Wire.Nbd;

namespace Runbooks.BlockPath.Nbd;

/// <summary>
/// One connection: handshake, then the receive loop.
/// </summary>
/// <remarks>
/// One receive call brings as many requests as the socket holds; all of them are submitted before the target is
/// kicked and the replies are sent. Payloads up to 64 KiB stay where they were received, in a slab that the session
/// and the requests share by reference; larger ones are received straight into a buffer of their own. Nothing is
/// copied but the part of a large payload that came with its header.
///
/// A client may do anything: vanish in the middle of a payload, send nonsense,
/// never read. Each ends this session only. A wrong magic is the one thing after
/// which the stream cannot be followed; every other bad request gets an error.
/// </remarks>
internal sealed unsafe class NbdSession : IDisposable
{
    private const int SlabBytes = 256 << 10;

    /// <summary>Payloads up to here are used inside the slab.</summary>
    private const int SlabPayloadMax = 64 << 10;

    /// <summary>
    /// After a large payload the next receive is short, so that the next large one goes to its own buffer uncopied.
    /// </summary>
    private const int CautiousReceiveBytes = 4 << 10;

    private readonly SocketChannel _plain;
    private readonly NbdServer _server;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ByteChannel _channel;
    private NbdExport _export = null!;
    private NbdSessionTerms _terms = null!;
    private NbdReplyQueue? _replies;
    private Action _pushOn = null!;
    private BlockBuffer _slab = null!;
    private int _start;
    private int _end;
    private bool _expectLarge;
    private volatile bool _closing;

    public NbdSession(NbdServer server, SocketChannel channel, string address)
    {
        _server = server;
        _plain = channel;
        _channel = channel;
        Address = address;
    }

    public string Address { get; }

    /// <summary>Completed when the connection is closed and its thread is leaving.</summary>
    public Task Ended => _ended.Task;

    /// <summary>When the handshake must be over, in <see cref="Environment.TickCount64"/>.</summary>
    public long HandshakeDeadline { get; init; }

    public bool IsTransmitting { get; private set; }

    /// <summary>The export in use; null during the handshake.</summary>
    public NbdExport? Export => IsTransmitting ? _export : null;

    /// <summary>Any thread: answer what is open, refuse what still arrives, then end.</summary>
    public void Close()
    {
        _closing = true;
        _plain.StopReceiving();
    }

    /// <summary>Any thread: cut now.</summary>
    public void Abort()
    {
        _closing = true;
        _plain.Abort();
    }

    /// <summary>Body of the session's thread.</summary>
    public void Run()
    {
        string? failure = null;
        try
        {
            NbdHandshake handshake = new(_plain, Address, _server.Exports, _server.Options);
            NbdSessionTerms? terms = handshake.Run();
            _channel = handshake.Channel;
            failure = handshake.Failure;
            if (terms is not null && _server.Exports.Find(terms.Export.Name) is { } export)
            {
                _terms = terms;
                _export = export;
                _server.Observer?.SessionOpened(handshake.Client, export);
                Transmit();
                _server.Observer?.SessionEnded(handshake.Client, export);
            }
            else if (failure is not null)
            {
                _server.Observer?.HandshakeFailed(handshake.Client, failure);
            }
        }
        finally
        {
            Dispose();
            _server.Forget(this);
            _ended.SetResult();
        }
    }

    public void Dispose()
    {
        _replies?.Dispose();
        _channel.Dispose();
    }

    private void Transmit()
    {
        _replies = new NbdReplyQueue(_channel, _export, _terms, _server.Options, _server.Budget);
        _pushOn = PushOn;
        _slab = BlockBufferPool.Shared.Rent(SlabBytes);
        _export.Counters.AddSession(1);
        IsTransmitting = true;
        using CancellationTokenRegistration closed =
            _export.Closed.UnsafeRegister(static session => ((NbdSession)session!).Close(), this);
        try
        {
            while (ReceiveMore() && HandleBuffered())
            {
                PushOn();
            }

            PushOn();
            _replies.WaitUntilDrained(_server.Options.DrainTime);
        }
        finally
        {
            _replies.Dispose();
            _replies = null;
            _slab.Release();
            _export.Counters.AddSession(-1);
        }
    }

    private void PushOn()
    {
        _export.Target.Kick();
        _replies!.EndBatch();
    }

    private bool ReceiveMore()
    {
        if (_start == _end && _slab.IsSoleOwner)
        {
            _start = 0;
            _end = 0;
        }
        else if (_slab.Capacity - _start < SlabPayloadMax + NbdRequestHeader.Size)
        {
            ReplaceSlab();
        }

        int room = _slab.Capacity - _end;
        int got = _channel.Receive(_slab.Address + _end, _expectLarge ? Math.Min(room, CautiousReceiveBytes) : room);
        _end += Math.Max(got, 0);
        return got > 0;
    }

    /// <summary>
    /// Moves the unread bytes to the start of a fresh slab; requests in flight keep the old one alive.
    /// </summary>
    private void ReplaceSlab()
    {
        BlockBuffer fresh = BlockBufferPool.Shared.Rent(SlabBytes);
        _slab.Span[_start.._end].CopyTo(fresh.Span);
        _slab.Release();
        _slab = fresh;
        _end -= _start;
        _start = 0;
    }

    /// <summary>Handles every whole request in the slab. False ends the session.</summary>
    private bool HandleBuffered()
    {
        while (_end - _start >= NbdRequestHeader.Size)
        {
            if (!NbdRequestHeader.TryRead(_slab.Span[_start..], out NbdRequestHeader header))
            {
                return false;
            }

            if (header.Command == NbdCommand.Disconnect)
            {
                return false;
            }

            NbdError error = _closing ? NbdError.ShuttingDown : NbdRequestRules.Check(header, _terms);
            if (error != NbdError.None || header.Length == 0 && header.Command != NbdCommand.Flush)
            {
                if (!AnswerWithoutTarget(header, error))
                {
                    return false;
                }
            }
            else if (header.Command != NbdCommand.Write)
            {
                _start += NbdRequestHeader.Size;
                Submit(header);
            }
            else if (header.Length > SlabPayloadMax)
            {
                if (!SubmitLargeWrite(header))
                {
                    return false;
                }
            }
            else if (_end - _start >= NbdRequestHeader.Size + (int)header.Length)
            {
                _expectLarge = false;
                SubmitSlabWrite(header);
            }
            else
            {
                break;
            }
        }

        return true;
    }

    private bool AnswerWithoutTarget(in NbdRequestHeader header, NbdError error)
    {
        _start += NbdRequestHeader.Size;
        long payload = header.PayloadLength;
        int buffered = (int)Math.Min(payload, _end - _start);
        _start += buffered;
        if (payload > buffered)
        {
            PushOn();
            if (!_channel.Skip(payload - buffered))
            {
                return false;
            }
        }

        NbdSessionRequest request = _replies!.Admit(0, _pushOn);
        request.StartRejected(header);
        request.Complete(error);
        return true;
    }

    private void Submit(in NbdRequestHeader header)
    {
        bool isRead = header.Command == NbdCommand.Read;
        long bytes = isRead ? header.Length : 0;
        NbdSessionRequest request = _replies!.Admit(bytes, _pushOn);
        BlockBuffer? buffer = isRead ? BlockBufferPool.Shared.Rent((int)header.Length) : null;
        bool holesAllowed = isRead && _terms.StructuredReplies && (header.Flags & NbdCommandFlags.DontFragment) == 0;
        request.Start(header, buffer, 0, bytes, holesAllowed);
        _export.Target.Submit(request);
    }

    private void SubmitSlabWrite(in NbdRequestHeader header)
    {
        NbdSessionRequest request = _replies!.Admit(header.Length, _pushOn);
        _slab.AddReference();
        request.Start(header, _slab, _start + NbdRequestHeader.Size, header.Length, holesAllowed: false);
        _start += NbdRequestHeader.Size + (int)header.Length;
        _export.Target.Submit(request);
    }

    private bool SubmitLargeWrite(in NbdRequestHeader header)
    {
        int length = (int)header.Length;
        NbdSessionRequest request = _replies!.Admit(length, _pushOn);
        _start += NbdRequestHeader.Size;
        int buffered = Math.Min(length, _end - _start);
        BlockBuffer buffer = BlockBufferPool.Shared.Rent(length);
        _slab.Span.Slice(_start, buffered).CopyTo(buffer.Span);
        _start += buffered;
        _expectLarge = true;
        if (buffered < length)
        {
            // The rest may take a while: nothing collected so far should wait for it.
            PushOn();
        }

        bool whole = buffered == length || _channel.ReceiveAll(buffer.Address + buffered, length - buffered);
        request.Start(header, buffer, 0, length, holesAllowed: false);
        if (whole)
        {
            _export.Target.Submit(request);
        }
        else
        {
            request.Complete(NbdError.InputOutput);
        }

        return whole;
    }
}
