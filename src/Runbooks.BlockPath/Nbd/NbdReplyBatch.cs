using System.Runtime.InteropServices;
using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Targets;
using Runbooks.Wire.Nbd;

namespace Runbooks.BlockPath.Nbd;

/// <summary>
/// Replies encoded for one vectored send: headers in one scratch buffer, data where the disk put them.
/// </summary>
/// <remarks>
/// Neighbouring headers without data share a vector, so thirty-two write replies are one vector of 640 bytes. Limits:
/// 1024 vectors (IOV_MAX) and 64 KiB of headers per send; what does not fit waits for the next send.
/// </remarks>
internal sealed unsafe class NbdReplyBatch : IDisposable
{
    private const int VectorsMax = 1024;
    private const int ScratchBytes = 64 << 10;

    /// <summary>A read in more pieces than this is sent as one piece, with its holes zeroed.</summary>
    private const int PiecesMax = 64;

    private readonly NbdSessionTerms _terms;
    private readonly IoVector* _vectors;
    private readonly byte* _scratch;
    private int _first;
    private int _count;
    private int _scratchUsed;
    private bool _disposed;

    public NbdReplyBatch(NbdSessionTerms terms)
    {
        _terms = terms;
        _vectors = (IoVector*)NativeMemory.Alloc(VectorsMax, (nuint)sizeof(IoVector));
        _scratch = (byte*)NativeMemory.Alloc(ScratchBytes);
    }

    public bool IsEmpty => _count == 0;

    public void Clear()
    {
        _first = 0;
        _count = 0;
        _scratchUsed = 0;
    }

    /// <summary>Encodes one reply; false when there is no room left.</summary>
    public bool TryAdd(NbdSessionRequest request)
    {
        int scratchNeeded = request.WireCommand == NbdCommand.BlockStatus
            ? NbdReplies.BlockStatusSize + (Math.Min(request.Extents.Count,
                NbdLimits.ExtentsMax) * NbdReplies.ExtentSize)
            : (PiecesMax + 1) * NbdReplies.OffsetHoleSize;
        if (ScratchBytes - _scratchUsed < scratchNeeded || VectorsMax - _count < (2 * PiecesMax) + 2)
        {
            return false;
        }

        bool isRead = request.WireCommand == NbdCommand.Read;
        if (request.Error != NbdError.None)
        {
            bool inChunk = _terms.StructuredReplies && (isRead || request.WireCommand == NbdCommand.BlockStatus);
            AddHeader(inChunk
                ? NbdReplies.WriteError(Scratch, request.Cookie, request.Error)
                : NbdReplies.WriteSimple(Scratch, request.Cookie, request.Error));
        }
        else if (isRead)
        {
            AddRead(request);
        }
        else if (request.WireCommand == NbdCommand.BlockStatus)
        {
            AddBlockStatus(request);
        }
        else
        {
            AddHeader(NbdReplies.WriteSimple(Scratch, request.Cookie, NbdError.None));
        }

        return true;
    }

    /// <summary>Sends the rest, waiting as needed; false when the client is gone.</summary>
    public bool Send(ByteChannel channel) => channel.Send(_vectors + _first, _count - _first);

    /// <summary>Sends what fits at once. Null when something is left.</summary>
    public bool? TrySend(ByteChannel channel)
    {
        long sent = channel.TrySend(_vectors + _first, _count - _first);
        if (sent < 0)
        {
            return false;
        }

        IoVector* rest = _vectors + _first;
        int left = _count - _first;
        SocketChannel.Advance(ref rest, ref left, sent);
        _first = _count - left;
        return left == 0 ? true : null;
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            NativeMemory.Free(_vectors);
            NativeMemory.Free(_scratch);
        }
    }

    private Span<byte> Scratch => new(_scratch + _scratchUsed, ScratchBytes - _scratchUsed);

    private void AddHeader(int length)
    {
        byte* start = _scratch + _scratchUsed;
        _scratchUsed += length;
        if (_count > 0 && _vectors[_count - 1].Start + _vectors[_count - 1].Length == start)
        {
            _vectors[_count - 1].Length += length;
        }
        else
        {
            _vectors[_count++] = new IoVector { Start = start, Length = length };
        }
    }

    private void AddData(byte* start, long length)
    {
        if (length > 0)
        {
            _vectors[_count++] = new IoVector { Start = start, Length = (nint)length };
        }
    }

    private void AddRead(NbdSessionRequest request)
    {
        if (!_terms.StructuredReplies)
        {
            AddHeader(NbdReplies.WriteSimple(Scratch, request.Cookie, NbdError.None));
            AddData(request.DataPointer, request.Length);
            return;
        }

        ulong cookie = request.Cookie;
        bool mayFragment = (request.Flags & BlockRequestFlags.HolesAllowed) != 0;
        if (request.Length == 0)
        {
            AddHeader(NbdReplies.WriteNone(Scratch, cookie));
        }
        else if (request.Extents.Count is > 0 and <= PiecesMax && mayFragment)
        {
            AddPieces(request);
        }
        else if (request.Extents.Count == 0 && mayFragment && request.Data.IndexOfAnyExcept((byte)0) < 0)
        {
            AddHeader(NbdReplies.WriteOffsetHole(Scratch, cookie, (ulong)request.Offset, (uint)request.Length,
                isDone: true));
        }
        else
        {
            ClearHoles(request);
            AddHeader(NbdReplies.WriteOffsetData(Scratch, cookie, (ulong)request.Offset, (int)request.Length,
                isDone: true));
            AddData(request.DataPointer, request.Length);
        }
    }

    private void AddPieces(NbdSessionRequest request)
    {
        long done = 0;
        foreach (BlockExtent extent in request.Extents)
        {
            ulong offset = (ulong)(request.Offset + done);
            bool isDone = done + extent.Length == request.Length;
            if ((extent.State & BlockExtentState.Zero) != 0)
            {
                AddHeader(NbdReplies.WriteOffsetHole(Scratch, request.Cookie, offset, (uint)extent.Length, isDone));
            }
            else
            {
                AddHeader(NbdReplies.WriteOffsetData(Scratch, request.Cookie, offset, (int)extent.Length, isDone));
                AddData(request.DataPointer + done, extent.Length);
            }

            done += extent.Length;
        }
    }

    private static void ClearHoles(NbdSessionRequest request)
    {
        long done = 0;
        foreach (BlockExtent extent in request.Extents)
        {
            if ((extent.State & BlockExtentState.Zero) != 0)
            {
                request.Data.Slice((int)done, (int)extent.Length).Clear();
            }

            done += extent.Length;
        }
    }

    private void AddBlockStatus(NbdSessionRequest request)
    {
        bool one = (request.Flags & BlockRequestFlags.OneExtent) != 0;
        int extents = one ? 1 : Math.Min(request.Extents.Count, NbdLimits.ExtentsMax);
        int used = NbdReplies.WriteBlockStatus(Scratch, request.Cookie, NbdSessionTerms.BaseAllocationId, extents);
        for (int i = 0; i < extents; i++)
        {
            BlockExtent extent = request.Extents[i];
            used += NbdReplies.WriteExtent(Scratch[used..], (uint)extent.Length, (uint)extent.State);
        }

        AddHeader(used);
    }
}
