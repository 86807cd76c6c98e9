namespace Runbooks.Domain.Units;

/// <summary>A position in a volume, in bytes from its start.</summary>
/// <remarks><b>Shape</b>: 0 to 2^63-1. The first byte is 0; a range's end is the position after its last
/// byte.</remarks>
public readonly record struct ByteOffset : IComparable<ByteOffset>
{
    /// <summary>The start of a volume.</summary>
    public static readonly ByteOffset Zero;

    /// <summary>Makes an offset.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public ByteOffset(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Value = value;
    }

    /// <summary>Bytes from the start.</summary>
    public long Value { get; }

    /// <summary>Moves forward by a count.</summary>
    public static ByteOffset operator +(ByteOffset left, ByteCount right) => new(checked(left.Value + right.Value));

    /// <summary>Compares two positions.</summary>
    public static bool operator <(ByteOffset left, ByteOffset right) => left.Value < right.Value;

    /// <summary>Compares two positions.</summary>
    public static bool operator >(ByteOffset left, ByteOffset right) => left.Value > right.Value;

    /// <summary>Compares two positions.</summary>
    public static bool operator <=(ByteOffset left, ByteOffset right) => left.Value <= right.Value;

    /// <summary>Compares two positions.</summary>
    public static bool operator >=(ByteOffset left, ByteOffset right) => left.Value >= right.Value;

    /// <summary>Moves forward; same as the operator.</summary>
    public ByteOffset Add(ByteCount count) => this + count;

    /// <inheritdoc/>
    public int CompareTo(ByteOffset other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
