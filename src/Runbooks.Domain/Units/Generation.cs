using System.Text.Json;
using System.Text.Json.Serialization;

namespace Runbooks.Domain.Units;

/// <summary>
/// The fencing number of a protection. Every promotion raises it; the data path itself refuses a lower one.
/// </summary>
/// <remarks><b>Shape</b>: 1 and up; 0 (<see cref="None"/>) means that nothing was ever promoted.</remarks>
[JsonConverter(typeof(JsonNumber))]
public readonly record struct Generation : IComparable<Generation>
{
    /// <summary>Before the first promotion.</summary>
    public static readonly Generation None;

    /// <summary>What a new protection starts with.</summary>
    public static readonly Generation First = new(1);

    /// <summary>Makes a generation.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public Generation(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Value = value;
    }

    /// <summary>The number.</summary>
    public long Value { get; }

    /// <summary>The generation of the next promotion.</summary>
    public Generation Next => new(checked(Value + 1));

    /// <summary>Compares two generations.</summary>
    public static bool operator <(Generation left, Generation right) => left.Value < right.Value;

    /// <summary>Compares two generations.</summary>
    public static bool operator >(Generation left, Generation right) => left.Value > right.Value;

    /// <summary>Compares two generations.</summary>
    public static bool operator <=(Generation left, Generation right) => left.Value <= right.Value;

    /// <summary>Compares two generations.</summary>
    public static bool operator >=(Generation left, Generation right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(Generation other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A generation is a plain number in JSON.</summary>
    private sealed class JsonNumber : JsonConverter<Generation>
    {
        public override Generation Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var value = reader.GetInt64();
            return value >= 0 ? new Generation(value) : throw new JsonException("A generation is 0 or more.");
        }

        public override void Write(Utf8JsonWriter writer, Generation value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Value);
    }
}
