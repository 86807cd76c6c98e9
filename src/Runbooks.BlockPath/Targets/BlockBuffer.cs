using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Runbooks.BlockPath.Targets;

/// <summary>
/// Pinned memory that a socket, a disk and the WAN may use at the same time without copying.
/// </summary>
/// <remarks>
/// Ownership: born with one reference, owned by whoever rented it. Whoever needs the bytes longer
/// than the call that showed them takes <see cref="AddReference"/> and gives it back with
/// <see cref="Release"/>; at zero the buffer returns to its pool. Many small write payloads share
/// one buffer (the receive slab of a session), each with its own reference. Threading: references
/// from any thread; the bytes themselves are read-only once a write has been submitted.
/// </remarks>
public sealed unsafe class BlockBuffer
{
    private readonly BlockBufferPool? _pool;
    private readonly byte[] _array;
    private readonly byte* _address;
    private int _references;

    internal BlockBuffer(int capacity, BlockBufferPool? pool)
    {
        _pool = pool;
        _array = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);
        _address = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array));
    }

    public int Capacity => _array.Length;

    /// <summary>Address of the first byte; valid while the caller holds a reference.</summary>
    public byte* Address => _address;

    public Span<byte> Span => _array;

    public Memory<byte> Memory => _array;

    public ArraySegment<byte> Segment(int start, int length) => new(_array, start, length);

    /// <summary>True when the caller's reference is the only one, so the bytes may be overwritten.</summary>
    public bool IsSoleOwner => Volatile.Read(ref _references) == 1;

    public void AddReference()
    {
        if (Interlocked.Increment(ref _references) <= 1)
        {
            throw new InvalidOperationException("A block buffer was referenced after its last release.");
        }
    }

    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        if (left == 0)
        {
            _pool?.Return(this);
        }
        else if (left < 0)
        {
            throw new InvalidOperationException("A block buffer was released more often than it was referenced.");
        }
    }

    internal void Revive() => Volatile.Write(ref _references, 1);
}
