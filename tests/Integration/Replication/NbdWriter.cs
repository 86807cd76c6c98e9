using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Runbooks.Tests.Integration.Replication;

/// <summary>A guest in few lines: connects to an export and writes, flushes and reads one request at a time.</summary>
internal sealed class NbdWriter : IDisposable
{
    private readonly TcpClient client = new() { NoDelay = true };
    private readonly NetworkStream stream;
    private ulong cookie;

    public NbdWriter(int port, string export)
    {
        client.Connect("127.0.0.1", port);
        stream = client.GetStream();
        Receive(18);
        Span<byte> start = stackalloc byte[4 + 16];
        BinaryPrimitives.WriteUInt32BigEndian(start, 3);
        "IHAVEOPT"u8.CopyTo(start[4..]);
        BinaryPrimitives.WriteUInt32BigEndian(start[12..], 1);
        BinaryPrimitives.WriteUInt32BigEndian(start[16..], (uint)export.Length);
        stream.Write([.. start.ToArray(), .. Encoding.ASCII.GetBytes(export)]);
        Receive(10);
    }

    public int LocalPort => ((System.Net.IPEndPoint)client.Client.LocalEndPoint!).Port;

    /// <summary>Writes durably (FUA); returns the error number, 0 for acknowledged.</summary>
    public uint Write(long offset, ReadOnlySpan<byte> data, bool fua = true) => Request(1, fua ? 1 : 0, offset, data.Length, data);

    public uint Flush() => Request(3, 0, 0, 0, default);

    public byte[] Read(long offset, int length)
    {
        Assert.Equal(0u, Request(0, 0, offset, length, default));
        return Receive(length);
    }

    public void Dispose() => client.Dispose();

    private uint Request(ushort type, ushort flags, long offset, int length, ReadOnlySpan<byte> data)
    {
        var bytes = new byte[28 + data.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, 0x25609513);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), flags);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), type);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), ++cookie);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(16), offset);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(24), length);
        data.CopyTo(bytes.AsSpan(28));
        stream.Write(bytes);
        return BinaryPrimitives.ReadUInt32BigEndian(Receive(16).AsSpan(4));
    }

    private uint Request(ushort type, int flags, long offset, int length, ReadOnlySpan<byte> data) =>
        Request(type, (ushort)flags, offset, length, data);

    private byte[] Receive(int length)
    {
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
