namespace Runbooks.Domain.Units;

/// <summary>
/// A half-open range of a volume: <see cref="Offset"/> is its first byte, <see cref="End"/> the one after its last.
/// </summary>
/// <remarks>Sixteen bytes, no allocation: it travels through the replication core by value.</remarks>
public readonly record struct ByteRange
{
    /// <summary>Makes a range from bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A part is negative or the end does not fit 63 bits.</exception>
    public ByteRange(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, long.MaxValue - offset);
        Offset = offset;
        Length = length;
    }

    /// <summary>First byte.</summary>
    public long Offset { get; }

    /// <summary>Number of bytes; 0 is an empty range.</summary>
    public long Length { get; }

    /// <summary>The byte after the last one.</summary>
    public long End => Offset + Length;

    /// <summary>True for no bytes.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>True when both share at least one byte; an empty range overlaps nothing.</summary>
    public bool Overlaps(ByteRange other) => Offset < other.End && other.Offset < End && !IsEmpty && !other.IsEmpty;

    /// <summary>True when <paramref name="other"/> lies inside this range.</summary>
    public bool Contains(ByteRange other) => other.Offset >= Offset && other.End <= End;

    /// <summary>The shared part; empty when there is none.</summary>
    public ByteRange Intersect(ByteRange other)
    {
        var start = Math.Max(Offset, other.Offset);
        var end = Math.Min(End, other.End);
        return end > start ? new ByteRange(start, end - start) : new ByteRange(start, 0);
    }

    /// <summary>The smallest range of whole <paramref name="grain"/>-byte units that covers this one.</summary>
    /// <remarks><paramref name="grain"/> must be a power of two.</remarks>
    public ByteRange AlignOutward(long grain)
    {
        var start = Offset & ~(grain - 1);
        var end = (End + grain - 1) & ~(grain - 1);
        return new ByteRange(start, end - start);
    }

    /// <summary><c>[offset, end)</c>.</summary>
    public override string ToString() => $"[{Offset}, {End})";
}
