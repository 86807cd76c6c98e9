using System.Net;
using System.Net.Sockets;
using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Storage;

namespace Runbooks.BlockPath.Nbd;

/// <summary>One listening socket and its accept thread.</summary>
internal sealed class NbdListener : IDisposable
{
    /// <summary>The kernel caps it at net.core.somaxconn.</summary>
    private const int Backlog = 512;

    private readonly Socket _socket;
    private readonly Action<Socket, string> _accepted;
    private readonly ManualResetEventSlim _stopped = new();
    private readonly string? _socketPath;

    private NbdListener(Socket socket, string? socketPath, Action<Socket, string> accepted)
    {
        _socket = socket;
        _socketPath = socketPath;
        _accepted = accepted;
        Address = socket.LocalEndPoint!;
    }

    public EndPoint Address { get; }

    public static NbdListener Open(EndPoint address, Action<Socket, string> accepted)
    {
        string? socketPath = (address as UnixDomainSocketEndPoint)?.ToString();
        Socket socket = socketPath is null
            ? new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (socketPath is not null)
            {
                RemoveStaleSocket(socketPath);
            }

            socket.Bind(address);
            if (socketPath is not null)
            {
                // Whoever may connect owns the disk: only the user who started us.
                _ = Libc.ChangeMode(socketPath, 0x180);
            }

            socket.Listen(Backlog);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        NbdListener listener = new(socket, socketPath, accepted);
        OwnThread.Start("nbd-accept", listener.AcceptLoop);
        return listener;
    }

    public void Dispose()
    {
        if (_stopped.IsSet)
        {
            return;
        }

        _stopped.Set();
        _socket.Dispose();
        if (_socketPath is not null)
        {
            File.Delete(_socketPath);
        }
    }

    /// <summary>
    /// A socket file that nobody listens on is left over from a crash; one that answers belongs to somebody.
    /// </summary>
    private static void RemoveStaleSocket(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
        }
        catch (SocketException)
        {
            // Not a socket, or not ours to judge: bind will say what is wrong.
        }
    }

    private void AcceptLoop()
    {
        while (!_stopped.IsSet)
        {
            Socket client;
            try
            {
                client = _socket.Accept();
            }
            catch (Exception closed) when (_stopped.IsSet && closed is SocketException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client left before it was accepted, or descriptors ran out: both pass.
                _stopped.Wait(TimeSpan.FromMilliseconds(50));
                continue;
            }

            _accepted(client, Prepare(client));
        }
    }

    private string Prepare(Socket client)
    {
        if (_socketPath is not null)
        {
            return _socketPath;
        }

        try
        {
            client.NoDelay = true;
            client.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            client.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            client.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            return client.RemoteEndPoint?.ToString() ?? "unknown";
        }
        catch (SocketException)
        {
            // Gone already; its session will find out.
            return "unknown";
        }
    }
}
