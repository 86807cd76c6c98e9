using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Targets;
using Runbooks.Domain.Errors;
using Runbooks.Wire.Nbd;

namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>
/// A recovery point as a block target, read-only; with an overlay, a writable clone of it.
/// </summary>
/// <remarks>
/// The clone keeps every grain it changes in a file of its own (<see cref="CloneOverlay"/>); neither the point nor
/// the live image ever sees its writes. All work runs on the executor: points are for looking and for drills, not for
/// the hot path.
/// </remarks>
public sealed class PointTarget : IBlockTarget, IDisposable
{
    private readonly PointReader _point;
    private readonly CloneOverlay? _overlay;
    private readonly IExecutor _executor;
    private readonly CancellationTokenSource _closed = new();

    /// <param name="point">Owned.</param>
    /// <param name="executor">Where requests run.</param>
    /// <param name="overlay">Owned; null serves the point itself, read-only.</param>
    public PointTarget(PointReader point, IExecutor executor, CloneOverlay? overlay = null)
    {
        _point = point;
        _overlay = overlay;
        _executor = executor;
        Traits = new BlockTargetTraits { IsReadOnly = overlay is null, CanTrim = true, CanFastZero = false };
    }

    public long Length => _point.Length;

    public BlockTargetTraits Traits { get; }

    public CancellationToken Closed => _closed.Token;

    public void Submit(BlockRequest request) => _executor.Post(new Work(this, request));

    public void Kick()
    {
    }

    /// <summary>Withdraws the target. The caller has drained its requests.</summary>
    public void Dispose()
    {
        _closed.Cancel();
        _overlay?.Dispose();
        _point.Dispose();
        _closed.Dispose();
    }

    private void Run(BlockRequest request)
    {
        NbdError error = NbdError.None;
        try
        {
            Carry(request);
        }
        catch (Fault fault)
        {
            error = BlockErrors.From(fault);
        }

        request.Complete(error);
    }

    private void Carry(BlockRequest request)
    {
        switch (request.Command)
        {
            case BlockCommand.Read when _overlay is null:
                _point.Read(request.Offset, request.Data);
                break;
            case BlockCommand.Read:
                _overlay.Read(_point, request.Offset, request.Data);
                break;
            case BlockCommand.Write:
                _overlay!.Write(_point, request.Offset, request.Data);
                break;
            case BlockCommand.Trim or BlockCommand.WriteZeroes:
                _overlay!.Zero(_point, request.Offset, request.Length);
                break;
            case BlockCommand.BlockStatus:
                MapExtents(request);
                break;
            default:
                break;
        }

        if (_overlay is not null && (request.Fua || request.Command == BlockCommand.Flush))
        {
            _overlay.Flush();
        }
    }

    private void MapExtents(BlockRequest request)
    {
        const int extentsMax = 4096;
        long at = request.Offset;
        long end = request.Offset + request.Length;
        while (at < end && request.Extents.Count < extentsMax)
        {
            long grain = at / LayerFile.GrainBytes;
            // What a clone wrote is called data even if it is zeroes: its disk is short-lived and not worth a map.
            bool isHole = !(_overlay?.Holds(grain) ?? false) && _point.IsHole(grain);
            BlockExtentState state = isHole ? BlockExtentState.Hole | BlockExtentState.Zero : BlockExtentState.Data;
            long length = Math.Min((grain + 1) * LayerFile.GrainBytes, end) - at;
            if (request.Extents is [.., { } last] && last.State == state)
            {
                request.Extents[^1] = last with { Length = last.Length + length };
            }
            else
            {
                request.Extents.Add(new BlockExtent(length, state));
            }

            at += length;
        }
    }

    private sealed class Work(PointTarget owner, BlockRequest request) : IWork
    {
        public void Run() => owner.Run(request);
    }
}
