using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Runbooks.Wire.Nbd;

/// <summary>Decoders of option data. They trust no length and allow no byte too few or too many.</summary>
public static class NbdOptionData
{
    private static readonly UTF8Encoding StrictUtf8 =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Data of INFO and GO: a name and a list of wanted information.</summary>
    public static bool TryReadInfo(
        ReadOnlySpan<byte> data, [NotNullWhen(true)] out string? name,
            [NotNullWhen(true)] out IReadOnlyList<NbdInfo>? wanted)
    {
        wanted = null;
        if (!TryTakeString(ref data, out name) || data.Length < 2)
        {
            return false;
        }

        int count = BinaryPrimitives.ReadUInt16BigEndian(data);
        data = data[2..];
        if (data.Length != count * 2)
        {
            return false;
        }

        NbdInfo[] items = new NbdInfo[count];
        for (int i = 0; i < count; i++)
        {
            items[i] = (NbdInfo)BinaryPrimitives.ReadUInt16BigEndian(data[(i * 2)..]);
        }

        wanted = items;
        return true;
    }

    /// <summary>Data of LIST_META_CONTEXT and SET_META_CONTEXT: a name and queries.</summary>
    public static bool TryReadMetaContext(
        ReadOnlySpan<byte> data, [NotNullWhen(true)] out string? name,
            [NotNullWhen(true)] out IReadOnlyList<string>? queries)
    {
        queries = null;
        if (!TryTakeString(ref data, out name) || data.Length < 4)
        {
            return false;
        }

        uint count = BinaryPrimitives.ReadUInt32BigEndian(data);
        data = data[4..];
        // Each query has at least its length field, which bounds the count by what was really sent.
        if (count > (uint)data.Length / 4)
        {
            return false;
        }

        List<string> items = new((int)count);
        for (uint i = 0; i < count; i++)
        {
            if (!TryTakeString(ref data, out string? query))
            {
                return false;
            }

            items.Add(query);
        }

        queries = items;
        return data.IsEmpty;
    }

    /// <summary>Data of EXPORT_NAME: all of it is the name.</summary>
    public static bool TryReadName(ReadOnlySpan<byte> data, [NotNullWhen(true)] out string? name)
    {
        name = null;
        if (data.Length > NbdLimits.StringBytesMax)
        {
            return false;
        }

        try
        {
            name = StrictUtf8.GetString(data);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static bool TryTakeString(ref ReadOnlySpan<byte> data, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (data.Length < 4)
        {
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(data);
        if (length > (uint)data.Length - 4 || !TryReadName(data.Slice(4, (int)length), out text))
        {
            return false;
        }

        data = data[(4 + (int)length)..];
        return true;
    }
}
