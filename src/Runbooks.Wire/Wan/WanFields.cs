using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Runbooks.Wire.Wan;

/// <summary>Writes the tagged fields of a control payload: u16 tag, u16 length, bytes.</summary>
/// <remarks>
/// A receiver skips tags it does not know: that is how a newer agent talks to an older one within a major version.
/// </remarks>
internal sealed class WanFieldWriter
{
    private readonly ArrayBufferWriter<byte> buffer = new(256);

    public void Number(ushort tag, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(Field(tag, sizeof(ulong)), value);

    public void Text(ushort tag, string? value)
    {
        if (value is null)
        {
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(value);
        bytes.CopyTo(Field(tag, bytes.Length));
    }

    public void Bytes(ushort tag, ReadOnlySpan<byte> value) => value.CopyTo(Field(tag, value.Length));

    public byte[] ToArray() => buffer.WrittenSpan.ToArray();

    private Span<byte> Field(ushort tag, int length)
    {
        if (buffer.WrittenCount + 4 + length > WanLimits.ControlPayloadMax || length > ushort.MaxValue)
        {
            throw new WanProtocolException($"field {tag} of {length} bytes does not fit into a control payload");
        }

        var span = buffer.GetSpan(4 + length)[..(4 + length)];
        BinaryPrimitives.WriteUInt16LittleEndian(span, tag);
        BinaryPrimitives.WriteUInt16LittleEndian(span[2..], (ushort)length);
        buffer.Advance(4 + length);
        return span[4..];
    }
}

/// <summary>Reads the tagged fields of a control payload in the order they were written.</summary>
internal ref struct WanFieldReader(ReadOnlySpan<byte> payload)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private ReadOnlySpan<byte> rest = payload;

    public ushort Tag { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    public bool Next()
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        if (rest.Length < 4)
        {
            throw new WanProtocolException("a control payload ends inside a field header");
        }

        Tag = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        var length = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
        if (rest.Length < 4 + length)
        {
            throw new WanProtocolException($"field {Tag} of {length} bytes runs past the end of its payload");
        }

        Value = rest.Slice(4, length);
        rest = rest[(4 + length)..];
        return true;
    }

    public readonly ulong Number() => Value.Length == sizeof(ulong)
        ? BinaryPrimitives.ReadUInt64LittleEndian(Value)
        : throw new WanProtocolException($"field {Tag} is a number and has {Value.Length} bytes");

    public readonly string Text(int bytesMax)
    {
        if (Value.Length > bytesMax)
        {
            throw new WanProtocolException($"field {Tag} has {Value.Length} bytes, limit {bytesMax}");
        }

        try
        {
            return Strict.GetString(Value);
        }
        catch (DecoderFallbackException e)
        {
            throw new WanProtocolException($"field {Tag} is not UTF-8", e);
        }
    }
}
