using System.Diagnostics;
using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Targets;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Replication;
using Runbooks.Wire.Nbd;

namespace Runbooks.BlockPath.Volumes;

/// <summary>
/// One replicated volume as its guests see it: what happens to a write starts here.
/// </summary>
/// <remarks>
/// <code>
///  guest sessions --Submit/Kick--> Volume --events--> VolumeLoop (owner) --Step--> ReplicationCore
///                                     ^                   |  effects
///                                     |   answers         +--> local pwrite      (in parallel, one
///                                     +-------------------+--> WAN frame          pinned payload)
/// </code>
/// There is no thread of the volume: whoever brings events (a guest session, a WAN session, a disk thread)
/// becomes the owner if nobody is, takes everything that waits, and goes on until nothing does. A write
/// therefore costs no thread switch on the way in, and requests that arrive together leave in one vectored send.
///
/// Limits: at most <see cref="InFlightBytesMax"/> of guest payload are open per volume;
/// what comes above waits unanswered, which is the guest's own back-pressure. Because an
/// answer waits for the peers that count, the same number bounds the frames queued for
/// each peer. Reads go to the image directly: every copy that may be read here is local.
/// </remarks>
public sealed class Volume : IBlockTarget, IDisposable
{
    /// <summary>64 MiB: bandwidth times round trip of 1 GB/s x 50 ms, rounded up.</summary>
    public const long InFlightBytesMax = 64L << 20;

    /// <summary>
    /// Below this much free space writes to holes are refused with ENOSPC: whatever was admitted
    /// before still fits, so the disk never fills under a write that the other site may already have.
    /// </summary>
    public const long SpaceReserveBytes = InFlightBytesMax;

    private const int SwapMilliseconds = 10_000;
    private const int InlineReadMax = 64 << 10;

    private volatile VolumeLoop loop;
    private readonly VolumeImage image;
    private readonly IExecutor executor;
    private readonly CancellationTokenSource closed = new();
    private readonly Lock parkGate = new();
    private readonly List<BlockRequest> parked = [];
    private int parkedCount;
    private bool isUnparking;
    private bool unparkAgain;
    private long inFlightBytes;
    private ByteRange exclusion;
    private volatile bool isExcluding;
    private volatile bool isSwapping;
    private volatile bool isSpaceShort;
    private long freeBytes = long.MaxValue;
    private TaskCompletionSource? excluded;
    private long reads;
    private long readBytes;

    internal Volume(VolumeLoop loop, VolumeImage image, IExecutor executor)
    {
        this.loop = loop;
        this.image = image;
        this.executor = executor;
        loop.GuestAnswered = Answered;
    }

    /// <summary>The volume; the same id at every site.</summary>
    public VolumeId Id => loop.Configuration.Volume;

    public VolumeConfiguration Configuration => loop.Configuration;

    public long Length => loop.Configuration.Size.Value;

    public BlockTargetTraits Traits { get; } = new() { CanFastZero = false };

    public CancellationToken Closed => closed.Token;

    /// <summary>Guests may read and write here.</summary>
    public bool IsOpen => loop.IsOpen || isSwapping;

    /// <summary>Its core is being replaced: exports stay, writes wait.</summary>
    internal bool IsSwapping => isSwapping;

    internal VolumeLoop Loop => loop;

    internal VolumeImage Image => image;

    internal long Reads => Interlocked.Read(ref reads);

    internal long ReadBytes => Interlocked.Read(ref readBytes);

    /// <summary>Bytes of guest writes accepted and not answered.</summary>
    public long InFlightBytes => Interlocked.Read(ref inFlightBytes);

    /// <summary>Age of the guest write that has waited longest; 0 when none waits.</summary>
    internal double OldestOpenMilliseconds()
    {
        var oldest = loop.Tickets.OldestArrival();
        return oldest == 0 ? 0 : Stopwatch.GetElapsedTime(oldest).TotalMilliseconds;
    }

    public void Submit(BlockRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        switch (request.Command)
        {
            case BlockCommand.Write:
            case BlockCommand.Trim:
            case BlockCommand.WriteZeroes:
                if (request.Length == 0)
                {
                    request.Complete(IsOpen ? NbdError.None : NbdError.NotPermitted);
                }
                else if (isSpaceShort && request.Command != BlockCommand.Trim && !IsAllocated(request))
                {
                    request.Complete(NbdError.NoSpace);
                }
                else if (!TryAdmit(request))
                {
                    Park(request);
                }

                return;
            case BlockCommand.Flush:
                if (isSwapping)
                {
                    Park(request);
                    return;
                }

                loop.GuestArrived(request);
                return;
            default:
                Read(request);
                return;
        }
    }

    public void Kick() => loop.Kick();

    /// <summary>Keeps guest writes out of a range and waits until none is open there.</summary>
    /// <remarks>One range at a time. Writes elsewhere go on; writes to it wait unanswered until <see cref="EndExclusion"/>.</remarks>
    internal Task ExcludeAsync(ByteRange range)
    {
        lock (parkGate)
        {
            Invariant.Require(!isExcluding, "One range is excluded at a time");
            exclusion = range;
            isExcluding = true;
            excluded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        var waiting = excluded.Task;
        CheckExclusion();
        return waiting;
    }

    internal void EndExclusion()
    {
        lock (parkGate)
        {
            isExcluding = false;
            excluded = null;
        }

        Unpark();
        Kick();
    }

    /// <summary>
    /// Replaces the core, for a changed policy or one more standby:
    /// guests keep their sessions; what they ask meanwhile waits.
    /// </summary>
    internal async Task SwapAsync(Func<VolumeLoop, Task<VolumeLoop>> replace)
    {
        await ExcludeAsync(new ByteRange(0, Length));
        isSwapping = true;
        try
        {
            var wasOpen = loop.IsOpen;
            var next = await replace(loop);
            next.Owner = this;
            next.GuestAnswered = Answered;
            loop = next;
            next.Kick();

            // A core that was open opens again as soon as the arbiter confirms; guests wait for that and do not see it.
            for (var waited = 0; wasOpen && !next.IsOpen && waited < SwapMilliseconds; waited += 10)
            {
                await Pause.ForAsync(TimeSpan.FromMilliseconds(10));
            }
        }
        finally
        {
            isSwapping = false;
            EndExclusion();
        }
    }

    /// <summary>Answers everything from now on with ESHUTDOWN and lets the exports go.</summary>
    public void Dispose()
    {
        closed.Cancel();
        loop.Dispose();
        image.Dispose();
        closed.Dispose();
    }

    private void Read(BlockRequest request)
    {
        if (isSwapping)
        {
            Park(request);
            return;
        }

        if (!IsOpen)
        {
            request.Complete(NbdError.NotPermitted);
            return;
        }

        Interlocked.Increment(ref reads);
        Interlocked.Add(ref readBytes, request.Command == BlockCommand.Read ? request.Length : 0);
        if (request.Command == BlockCommand.Read
            && request.Length <= InlineReadMax
            && image.File.TryReadCached(request.Offset, request.Data))
        {
            request.Complete();
            return;
        }

        executor.Post(new WorkItem(() => ReadSlowly(request)));
    }

    private void ReadSlowly(BlockRequest request)
    {
        try
        {
            switch (request.Command)
            {
                case BlockCommand.Read:
                    image.File.Read(request.Offset, request.Data);
                    break;
                case BlockCommand.Cache:
                    image.File.Prefetch(request.Offset, request.Length);
                    break;
                default:
                    var extentsMax = (request.Flags & BlockRequestFlags.OneExtent) != 0 ? 1 : 4096;
                    image.File.MapExtents(request.Offset, request.Length, extentsMax, request.Extents);
                    break;
            }
        }
        catch (Exception e) when (e is DiskFault or ObjectDisposedException)
        {
            request.Complete(BlockErrors.From(e));
            return;
        }

        request.Complete();
    }

    /// <summary>Why writes that need new space are refused; empty while there is room. NBD can only say ENOSPC.</summary>
    internal string Notice => isSpaceShort
        ? $"{new ByteCount(Volatile.Read(ref freeBytes))} are free where its image lies, less than the "
            + $"{new ByteCount(SpaceReserveBytes)} kept back for writes already admitted; guests get ENOSPC (disk full) for "
            + "blocks that have no space yet, and may go on overwriting the others"
        : string.Empty;

    /// <summary>Free bytes of the image's file system, about once a second. True when that begins or ends a shortage.</summary>
    internal bool NoteFreeBytes(long free)
    {
        Volatile.Write(ref freeBytes, free);
        var was = isSpaceShort;
        isSpaceShort = free < SpaceReserveBytes;
        return was != isSpaceShort;
    }

    private bool IsAllocated(BlockRequest request)
    {
        var extents = new List<BlockExtent>();
        image.File.MapExtents(request.Offset, request.Length, 16, extents);
        return extents.Sum(e => e.Length) >= request.Length
            && extents.TrueForAll(e => (e.State & BlockExtentState.Hole) == 0);
    }

    private static long CostOf(BlockRequest request) => request.Command switch
    {
        BlockCommand.Write => request.Length,
        BlockCommand.Flush => 0,
        _ => 512,
    };

    private bool TryAdmit(BlockRequest request)
    {
        if (isExcluding || Volatile.Read(ref parkedCount) > 0)
        {
            return false;
        }

        var cost = CostOf(request);
        var after = Interlocked.Add(ref inFlightBytes, cost);
        if (after > InFlightBytesMax && after != cost)
        {
            Interlocked.Add(ref inFlightBytes, -cost);
            return false;
        }

        loop.GuestArrived(request);
        return true;
    }

    private void Park(BlockRequest request)
    {
        lock (parkGate)
        {
            parked.Add(request);
            Volatile.Write(ref parkedCount, parked.Count);
        }

        Unpark();
    }

    // Lets parked requests in, in their order: what waits only for space keeps its place, what the exclusion holds is passed by. An admitted
    // request may be answered at once and come back here on the same thread: then another round is asked for instead of a nested one.
    private void Unpark()
    {
        lock (parkGate)
        {
            unparkAgain = true;
            if (isUnparking)
            {
                return;
            }

            isUnparking = true;
            while (unparkAgain)
            {
                unparkAgain = false;
                AdmitParked();
            }

            isUnparking = false;
        }
    }

    private void AdmitParked()
    {
        var waiting = parked.ToArray();
        var kept = new List<BlockRequest>();
        var full = false;
        foreach (var request in waiting)
        {
            var cost = CostOf(request);
            full |= Interlocked.Read(ref inFlightBytes) is var open && open > 0 && open + cost > InFlightBytesMax;
            var held = isSwapping
                || (isExcluding && exclusion.Overlaps(new ByteRange(request.Offset, request.Length)));
            if (full || held)
            {
                kept.Add(request);
                continue;
            }

            if (request.Command is BlockCommand.Write or BlockCommand.Trim or BlockCommand.WriteZeroes or BlockCommand.Flush)
            {
                Interlocked.Add(ref inFlightBytes, cost);
                loop.GuestArrived(request);
            }
            else
            {
                Read(request);
            }
        }

        // What was parked meanwhile stands behind what was kept.
        parked.RemoveRange(0, waiting.Length);
        parked.InsertRange(0, kept);
        Volatile.Write(ref parkedCount, parked.Count);
    }

    private void Answered(BlockRequest request)
    {
        if (request.Command == BlockCommand.Flush)
        {
            return;
        }

        Interlocked.Add(ref inFlightBytes, -CostOf(request));
        if (Volatile.Read(ref parkedCount) > 0)
        {
            Unpark();
        }

        if (isExcluding)
        {
            CheckExclusion();
        }
    }

    private void CheckExclusion()
    {
        lock (parkGate)
        {
            if (isExcluding && !loop.Tickets.AnyOverlaps(exclusion))
            {
                excluded?.TrySetResult();
            }
        }
    }
}
