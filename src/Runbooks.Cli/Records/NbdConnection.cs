using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Runbooks.Cli.Records;

/// <summary>A small blocking NBD client: what a database's storage layer does, one request at a time.</summary>
/// <remarks><b>Source</b>: the NBD protocol document, fixed newstyle handshake with NBD_OPT_GO and simple
/// replies.</remarks>
internal sealed class NbdConnection : IDisposable
{
    private const ulong Greeting = 0x4e42444d41474943;
    private const ulong OptionMagic = 0x49484156454F5054;
    private const ulong OptionReplyMagic = 0x0003e889045565a9;
    private const uint RequestMagic = 0x25609513;
    private const uint ReplyMagic = 0x67446698;
    private const uint OptionGo = 7;
    private const ushort CommandRead = 0;
    private const ushort CommandWrite = 1;
    private const ushort CommandDisconnect = 2;
    private const ushort CommandFlush = 3;
    private const ushort FlagFua = 1;

    private readonly Socket socket;
    private readonly byte[] header = new byte[28];
    private ulong cookie;

    private NbdConnection(Socket socket) => this.socket = socket;

    /// <summary>Size of the export in bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Connects to <c>nbd://host:port/export</c> or <c>nbd+unix:///export?socket=path</c>.</summary>
    public static NbdConnection Open(Uri address)
    {
        var export = Uri.UnescapeDataString(address.AbsolutePath.TrimStart('/'));
        Socket socket;
        if (address.Scheme == "nbd+unix")
        {
            socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(address.Query.Replace("?socket=", string.Empty,
                StringComparison.Ordinal)));
        }
        else
        {
            socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(address.Host, address.Port);
        }

        var connection = new NbdConnection(socket);
        try
        {
            connection.Handshake(export);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Writes and waits until the data is durable wherever the export keeps it.</summary>
    public void WriteDurably(long offset, ReadOnlySpan<byte> data)
    {
        SendRequest(CommandWrite, FlagFua, offset, data.Length);
        SendAll(data);
        ReceiveReply("write", offset);
    }

    public void Read(long offset, Span<byte> data)
    {
        SendRequest(CommandRead, 0, offset, data.Length);
        ReceiveReply("read", offset);
        ReceiveAll(data);
    }

    public void Flush()
    {
        SendRequest(CommandFlush, 0, 0, 0);
        ReceiveReply("flush", 0);
    }

    public void Dispose()
    {
        if (socket.Connected)
        {
            try
            {
                SendRequest(CommandDisconnect, 0, 0, 0);
            }
            catch (SocketException)
            {
                // The server has gone first.
            }
        }

        socket.Dispose();
    }

    private void Handshake(string export)
    {
        Span<byte> hello = stackalloc byte[18];
        ReceiveAll(hello);
        if (BinaryPrimitives.ReadUInt64BigEndian(hello) != Greeting
            || BinaryPrimitives.ReadUInt64BigEndian(hello[8..]) != OptionMagic)
        {
            throw new IOException("The server does not speak NBD's newstyle.");
        }

        Span<byte> flags = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(flags, 3);
        SendAll(flags);
        var name = Encoding.UTF8.GetBytes(export);
        var option = new byte[16 + 4 + name.Length + 2];
        BinaryPrimitives.WriteUInt64BigEndian(option, OptionMagic);
        BinaryPrimitives.WriteUInt32BigEndian(option.AsSpan(8), OptionGo);
        BinaryPrimitives.WriteUInt32BigEndian(option.AsSpan(12), (uint)(4 + name.Length + 2));
        BinaryPrimitives.WriteUInt32BigEndian(option.AsSpan(16), (uint)name.Length);
        name.CopyTo(option, 20);
        SendAll(option);
        ReceiveOptionReplies(export);
    }

    private void ReceiveOptionReplies(string export)
    {
        Span<byte> reply = stackalloc byte[20];
        while (true)
        {
            ReceiveAll(reply);
            if (BinaryPrimitives.ReadUInt64BigEndian(reply) != OptionReplyMagic)
            {
                throw new IOException("The server's option reply is malformed.");
            }

            var type = BinaryPrimitives.ReadUInt32BigEndian(reply[12..]);
            var payload = new byte[Math.Min(BinaryPrimitives.ReadUInt32BigEndian(reply[16..]), 65536)];
            ReceiveAll(payload);
            if (type == 1)
            {
                return;
            }

            if ((type & 0x80000000) != 0)
            {
                throw new IOException($"The server refuses export '{export}': error {type & 0x7fffffff} {Encoding.UTF8.GetString(payload)}");
            }

            if (type == 3 && payload.Length >= 12 && BinaryPrimitives.ReadUInt16BigEndian(payload) == 0)
            {
                Length = BinaryPrimitives.ReadInt64BigEndian(payload.AsSpan(2));
            }
        }
    }

    private void SendRequest(ushort command, ushort flags, long offset, int length)
    {
        BinaryPrimitives.WriteUInt32BigEndian(header, RequestMagic);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), flags);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), command);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(8), ++cookie);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(16), offset);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(24), (uint)length);
        SendAll(header);
    }

    private void ReceiveReply(string what, long offset)
    {
        Span<byte> reply = stackalloc byte[16];
        ReceiveAll(reply);
        if (BinaryPrimitives.ReadUInt32BigEndian(reply) != ReplyMagic
            || BinaryPrimitives.ReadUInt64BigEndian(reply[8..]) != cookie)
        {
            throw new IOException("The server's reply does not belong to the request.");
        }

        var error = BinaryPrimitives.ReadUInt32BigEndian(reply[4..]);
        if (error != 0)
        {
            throw new IOException($"The server answered the {what} at {offset} with error {error}.");
        }
    }

    private void SendAll(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            data = data[socket.Send(data)..];
        }
    }

    private void ReceiveAll(Span<byte> data)
    {
        while (!data.IsEmpty)
        {
            var read = socket.Receive(data);
            if (read == 0)
            {
                throw new IOException("The server hung up.");
            }

            data = data[read..];
        }
    }
}
