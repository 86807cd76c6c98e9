using System.Collections.Concurrent;
using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Targets;
using Runbooks.Domain.Errors;
using Runbooks.Wire.Nbd;

namespace Runbooks.BlockPath.Storage;

/// <summary>
/// One raw image as a block target, with nothing replicated: what <c>nbd --file</c> serves and what recovery points
/// build on.
/// </summary>
/// <remarks>
/// Where work runs. A small write, and a small read whose pages are cached, run inside Submit: they are one memory
/// copy, and a handover to another thread would cost more than they do. Everything that can wait for a disk (cold
/// reads, large transfers, holes, extent maps) goes to the executor, so one slow request never holds up the session
/// that sent it. Durability goes through <see cref="GroupCommit"/>, which starts at Kick so that one fdatasync covers
/// the whole batch.
/// </remarks>
public sealed class ImageTarget : IBlockTarget, IDisposable
{
    /// <summary>Up to here the copy is shorter than a thread handover (64 KiB take about 10 us).</summary>
    private const int InlineBytesMax = 64 << 10;

    /// <summary>
    /// From here a read asks for the extent map first: skipping a hole saves more than the two seeks cost.
    /// </summary>
    private const int HoleSearchBytesMin = 64 << 10;

    private const int ExtentsMax = 4096;
    private const int ZeroChunkBytes = 1 << 20;

    private readonly IBlockFile _file;
    private readonly IExecutor _executor;
    private readonly GroupCommit _commits;
    private readonly CancellationTokenSource _closed = new();
    private readonly ConcurrentStack<Deferred> _idleDeferred = new();

    /// <param name="file">Owned: disposed with the target.</param>
    /// <param name="executor">Where blocking work runs; the process's disk threads when null.</param>
    /// <param name="isReadOnly">Serve reads only.</param>
    public ImageTarget(IBlockFile file, IExecutor? executor = null, bool isReadOnly = false)
    {
        _file = file;
        _executor = executor ?? WorkerThreads.Disk;
        _commits = new GroupCommit(file, _executor);
        Length = file.Length;
        Traits = new BlockTargetTraits { IsReadOnly = isReadOnly };
    }

    public long Length { get; }

    public BlockTargetTraits Traits { get; }

    public CancellationToken Closed => _closed.Token;

    /// <summary>Shared durability of the file, for layers that must be durable together with it.</summary>
    public GroupCommit Commits => _commits;

    public void Submit(BlockRequest request)
    {
        switch (request.Command)
        {
            case BlockCommand.Flush:
                _commits.Join(request, hold: true);
                return;
            case BlockCommand.Write when request.Length <= InlineBytesMax:
                Run(request);
                return;
            case BlockCommand.Read when request.Length <= InlineBytesMax
                && _file.TryReadCached(request.Offset, request.Data):
                request.Complete();
                return;
            default:
                Deferred deferred = _idleDeferred.TryPop(out Deferred? idle) ? idle : new Deferred(this);
                deferred.Request = request;
                _executor.Post(deferred);
                return;
        }
    }

    public void Kick() => _commits.Start();

    /// <summary>Withdraws the target and closes the file. The caller has drained its requests.</summary>
    public void Dispose()
    {
        _closed.Cancel();
        _file.Dispose();
    }

    private void Run(BlockRequest request)
    {
        try
        {
            switch (request.Command)
            {
                case BlockCommand.Read:
                    Read(request);
                    break;
                case BlockCommand.Write:
                    _file.Write(request.Offset, request.Data);
                    FinishWrite(request);
                    return;
                case BlockCommand.Trim:
                    // Advisory: a file system without holes keeps the data, and that is a correct trim.
                    _ = _file.TryPunchHole(request.Offset, request.Length);
                    FinishWrite(request);
                    return;
                case BlockCommand.WriteZeroes:
                    WriteZeroes(request);
                    return;
                case BlockCommand.Cache:
                    _file.Prefetch(request.Offset, request.Length);
                    break;
                case BlockCommand.BlockStatus:
                    int extentsMax = (request.Flags & BlockRequestFlags.OneExtent) != 0 ? 1 : ExtentsMax;
                    _file.MapExtents(request.Offset, request.Length, extentsMax, request.Extents);
                    break;
                default:
                    request.Complete(NbdError.Invalid);
                    return;
            }
        }
        catch (DiskFault fault)
        {
            request.Complete(BlockErrors.From(fault));
            return;
        }
        catch (ObjectDisposedException)
        {
            request.Complete(NbdError.ShuttingDown);
            return;
        }

        request.Complete();
    }

    private void Read(BlockRequest request)
    {
        if ((request.Flags & BlockRequestFlags.HolesAllowed) == 0 || request.Length < HoleSearchBytesMin)
        {
            _file.Read(request.Offset, request.Data);
            return;
        }

        _file.MapExtents(request.Offset, request.Length, ExtentsMax, request.Extents);
        long done = 0;
        foreach (BlockExtent extent in request.Extents)
        {
            if ((extent.State & BlockExtentState.Zero) == 0)
            {
                _file.Read(request.Offset + done, request.Data.Slice((int)done, (int)extent.Length));
            }

            done += extent.Length;
        }

        if (done < request.Length)
        {
            // More extents than one answer carries: the rest goes as data.
            _file.Read(request.Offset + done, request.Data[(int)done..]);
            request.Extents.Add(new BlockExtent(request.Length - done, BlockExtentState.Data));
        }
    }

    private void WriteZeroes(BlockRequest request)
    {
        bool noHole = (request.Flags & BlockRequestFlags.NoHole) != 0;
        bool done = noHole
            ? _file.TryZeroRange(request.Offset, request.Length)
            : _file.TryPunchHole(request.Offset, request.Length) || _file.TryZeroRange(request.Offset, request.Length);
        if (!done)
        {
            if ((request.Flags & BlockRequestFlags.FastZero) != 0)
            {
                request.Complete(NbdError.NotSupported);
                return;
            }

            byte[] zeroes = new byte[Math.Min(ZeroChunkBytes, request.Length)];
            for (long at = 0; at < request.Length; at += zeroes.Length)
            {
                int length = (int)Math.Min(zeroes.Length, request.Length - at);
                _file.Write(request.Offset + at, zeroes.AsSpan(0, length));
            }
        }

        FinishWrite(request);
    }

    private void FinishWrite(BlockRequest request)
    {
        _commits.NoteWrite();
        if (request.Fua)
        {
            // Inline writes of one batch wait for Kick together; a deferred one has no Kick coming.
            _commits.Join(request, hold: request.Command == BlockCommand.Write && request.Length <= InlineBytesMax);
        }
        else
        {
            request.Complete();
        }
    }

    private sealed class Deferred(ImageTarget owner) : IWork
    {
        public BlockRequest? Request { get; set; }

        public void Run()
        {
            BlockRequest? request = Request;
            Request = null;
            owner._idleDeferred.Push(this);
            Invariant.Require(request is not null, "Deferred work carries a request");
            owner.Run(request);
        }
    }
}
