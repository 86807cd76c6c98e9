using System.Globalization;

namespace Runbooks.Domain.Units;

/// <summary>A number of bytes. Never an offset: the two do not convert into each other without saying so.</summary>
/// <remarks><b>Shape</b>: 0 to 2^63-1.</remarks>
public readonly record struct ByteCount : IComparable<ByteCount>
{
    /// <summary>No bytes.</summary>
    public static readonly ByteCount Zero;

    /// <summary>Makes a count.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public ByteCount(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Value = value;
    }

    /// <summary>The number of bytes.</summary>
    public long Value { get; }

    /// <summary>Adds two counts; overflow is a bug.</summary>
    public static ByteCount operator +(ByteCount left, ByteCount right) => new(checked(left.Value + right.Value));

    /// <summary>Subtracts; a negative result is a bug.</summary>
    public static ByteCount operator -(ByteCount left, ByteCount right) => new(left.Value - right.Value);

    /// <summary>Compares two counts.</summary>
    public static bool operator <(ByteCount left, ByteCount right) => left.Value < right.Value;

    /// <summary>Compares two counts.</summary>
    public static bool operator >(ByteCount left, ByteCount right) => left.Value > right.Value;

    /// <summary>Compares two counts.</summary>
    public static bool operator <=(ByteCount left, ByteCount right) => left.Value <= right.Value;

    /// <summary>Compares two counts.</summary>
    public static bool operator >=(ByteCount left, ByteCount right) => left.Value >= right.Value;

    /// <summary>The sum; same as the operator.</summary>
    public ByteCount Add(ByteCount other) => this + other;

    /// <summary>The difference; same as the operator.</summary>
    public ByteCount Subtract(ByteCount other) => this - other;

    /// <inheritdoc/>
    public int CompareTo(ByteCount other) => Value.CompareTo(other.Value);

    /// <summary>Binary units with at most one decimal: <c>48 MiB</c>, <c>1.5 GiB</c>, <c>512 B</c>.</summary>
    public override string ToString()
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        double number = Value;
        var unit = 0;
        while (number >= 1024 && unit < units.Length - 1)
        {
            number /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{number:0.#} {units[unit]}");
    }
}
