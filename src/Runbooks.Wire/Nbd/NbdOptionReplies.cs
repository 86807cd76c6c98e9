using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Runbooks.Wire.Nbd;

/// <summary>Encoders of the server's half of the handshake.</summary>
public static class NbdOptionReplies
{
    /// <summary>Bytes of an option reply header.</summary>
    public const int HeaderSize = 20;

    /// <summary>Bytes of zeroes after EXPORT_NAME for clients that did not ask to leave them out.</summary>
    public const int ExportNamePadding = 124;

    /// <summary>First words of the server: fixed newstyle, no zeroes.</summary>
    public static void WriteGreeting(IBufferWriter<byte> output)
    {
        Span<byte> span = output.GetSpan(18);
        BinaryPrimitives.WriteUInt64BigEndian(span, NbdMagic.Greeting);
        BinaryPrimitives.WriteUInt64BigEndian(span[8..], NbdMagic.Option);
        BinaryPrimitives.WriteUInt16BigEndian(span[16..], NbdMagic.ServerFixedNewstyle | NbdMagic.ServerNoZeroes);
        output.Advance(18);
    }

    /// <summary>Answer to EXPORT_NAME.</summary>
    public static void WriteExportName(
        IBufferWriter<byte> output, ulong length, NbdTransmissionFlags flags, bool withZeroes)
    {
        int size = 10 + (withZeroes ? ExportNamePadding : 0);
        Span<byte> span = output.GetSpan(size)[..size];
        span.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(span, length);
        BinaryPrimitives.WriteUInt16BigEndian(span[8..], (ushort)flags);
        output.Advance(size);
    }

    /// <summary>A reply without data, or with a message for people when it is an error.</summary>
    public static void Write(IBufferWriter<byte> output, NbdOption option, NbdOptionReply reply, string message = "") =>
        Write(output, option, reply, Encoding.UTF8.GetBytes(message));

    /// <summary>One export of a list.</summary>
    public static void WriteServer(IBufferWriter<byte> output, string name, string description)
    {
        byte[] nameBytes = Encoding.UTF8.GetBytes(name);
        byte[] data = new byte[4 + nameBytes.Length + Encoding.UTF8.GetByteCount(description)];
        BinaryPrimitives.WriteUInt32BigEndian(data, (uint)nameBytes.Length);
        nameBytes.CopyTo(data, 4);
        Encoding.UTF8.GetBytes(description, data.AsSpan(4 + nameBytes.Length));
        Write(output, NbdOption.List, NbdOptionReply.Server, data);
    }

    /// <summary>One metadata context.</summary>
    public static void WriteMetaContext(IBufferWriter<byte> output, NbdOption option, uint id, string name)
    {
        byte[] data = new byte[4 + Encoding.UTF8.GetByteCount(name)];
        BinaryPrimitives.WriteUInt32BigEndian(data, id);
        Encoding.UTF8.GetBytes(name, data.AsSpan(4));
        Write(output, option, NbdOptionReply.MetaContext, data);
    }

    /// <summary>Size and flags.</summary>
    public static void WriteInfoExport(IBufferWriter<byte> output, NbdOption option, ulong length,
        NbdTransmissionFlags flags)
    {
        Span<byte> data = stackalloc byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(data, (ushort)NbdInfo.Export);
        BinaryPrimitives.WriteUInt64BigEndian(data[2..], length);
        BinaryPrimitives.WriteUInt16BigEndian(data[10..], (ushort)flags);
        Write(output, option, NbdOptionReply.Info, data);
    }

    /// <summary>Block sizes.</summary>
    public static void WriteInfoBlockSize(IBufferWriter<byte> output, NbdOption option, uint min, uint preferred,
        uint max)
    {
        Span<byte> data = stackalloc byte[14];
        BinaryPrimitives.WriteUInt16BigEndian(data, (ushort)NbdInfo.BlockSize);
        BinaryPrimitives.WriteUInt32BigEndian(data[2..], min);
        BinaryPrimitives.WriteUInt32BigEndian(data[6..], preferred);
        BinaryPrimitives.WriteUInt32BigEndian(data[10..], max);
        Write(output, option, NbdOptionReply.Info, data);
    }

    /// <summary>Name or description.</summary>
    public static void WriteInfoText(IBufferWriter<byte> output, NbdOption option, NbdInfo kind, string text)
    {
        byte[] data = new byte[2 + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteUInt16BigEndian(data, (ushort)kind);
        Encoding.UTF8.GetBytes(text, data.AsSpan(2));
        Write(output, option, NbdOptionReply.Info, data);
    }

    private static void Write(IBufferWriter<byte> output, NbdOption option, NbdOptionReply reply,
        ReadOnlySpan<byte> data)
    {
        Span<byte> span = output.GetSpan(HeaderSize + data.Length);
        BinaryPrimitives.WriteUInt64BigEndian(span, NbdMagic.OptionReply);
        BinaryPrimitives.WriteUInt32BigEndian(span[8..], (uint)option);
        BinaryPrimitives.WriteUInt32BigEndian(span[12..], (uint)reply);
        BinaryPrimitives.WriteUInt32BigEndian(span[16..], (uint)data.Length);
        data.CopyTo(span[HeaderSize..]);
        output.Advance(HeaderSize + data.Length);
    }
}
