using Runbooks.Wire.Nbd;

namespace Runbooks.BlockPath.Targets;

/// <summary>
/// One request on its way through a block target; the unit that sessions hand down and targets complete.
/// </summary>
/// <remarks>
/// A request is an object and not a task because the write path handles hundreds of thousands a second: the session
/// reuses them, and a target that answers at once costs no allocation, no state machine and no thread switch.
///
/// Life: the submitter fills it with <see cref="Prepare"/>, calls
/// <see cref="IBlockTarget.Submit"/>, and from there until <see cref="Complete"/> it belongs to
/// the target. Complete is called exactly once, from any thread, possibly inside Submit; after it
/// the target must not touch the request again, because the submitter may already be reusing it.
///
/// Buffer: the request holds one reference to <see cref="Buffer"/> for its life. A target that needs the payload after
/// Complete (a window of unacknowledged WAN frames, say) takes a reference of its own before completing.
/// Submitted writes are immutable; reads are filled by the target.
/// </remarks>
public abstract unsafe class BlockRequest
{
    private int _open;

    public BlockCommand Command { get; private set; }

    /// <summary>First byte of the range; the submitter has checked it against the target's length.</summary>
    public long Offset { get; private set; }

    /// <summary>Bytes of the range; at most the buffer's for Read and Write, up to 4 GiB - 1 for the others.</summary>
    public long Length { get; private set; }

    public BlockRequestFlags Flags { get; private set; }

    /// <summary>Memory of a Read or Write; null for the other commands.</summary>
    public BlockBuffer? Buffer { get; private set; }

    /// <summary>Where this request's bytes start inside <see cref="Buffer"/>. No alignment is promised.</summary>
    public int BufferStart { get; private set; }

    /// <summary>
    /// Answer of BlockStatus: runs that start at <see cref="Offset"/>, at least one. For a Read with
    /// <see cref="BlockRequestFlags.HolesAllowed"/>: empty means all data; otherwise runs that cover the range exactly,
    /// and only the bytes of runs that are not <see cref="BlockExtentState.Zero"/> are valid in the buffer.
    /// </summary>
    public List<BlockExtent> Extents { get; } = new(0);

    /// <summary>Outcome; meaningful once completed.</summary>
    public NbdError Error { get; private set; }

    public bool Fua => (Flags & BlockRequestFlags.ForceUnitAccess) != 0;

    public Span<byte> Data => Buffer is null ? default : Buffer.Span.Slice(BufferStart, (int)Length);

    public Memory<byte> Memory => Buffer is null ? default : Buffer.Memory.Slice(BufferStart, (int)Length);

    /// <summary>Address of the first payload byte; valid while the request is open.</summary>
    public byte* DataPointer => Buffer is null ? null : Buffer.Address + BufferStart;

    /// <summary>
    /// Fills the request for one submission. The request takes over the caller's reference to <paramref
    /// name="buffer"/>.
    /// </summary>
    protected void Prepare(
        BlockCommand command, long offset, long length, BlockRequestFlags flags, BlockBuffer? buffer, int bufferStart)
    {
        Command = command;
        Offset = offset;
        Length = length;
        Flags = flags;
        Buffer = buffer;
        BufferStart = bufferStart;
        Error = NbdError.None;
        Extents.Clear();
        Volatile.Write(ref _open, 1);
    }

    /// <summary>
    /// Answers the request. Exactly once, from any thread; must not be called under a lock that a submitter may want.
    /// </summary>
    public void Complete(NbdError error = NbdError.None)
    {
        if (Interlocked.Exchange(ref _open, 0) != 1)
        {
            throw new InvalidOperationException($"A {Command} request was completed twice.");
        }

        Error = error;
        OnCompleted();
    }

    /// <summary>
    /// Gives back the request's reference to its buffer; the submitter calls it when it has used the answer.
    /// </summary>
    protected void ReleaseBuffer()
    {
        BlockBuffer? buffer = Buffer;
        Buffer = null;
        buffer?.Release();
    }

    /// <summary>Called on the completing thread: must be short and must not block.</summary>
    protected abstract void OnCompleted();
}
