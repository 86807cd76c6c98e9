using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Runbooks.BlockPath.Wan;

/// <summary>Opens and secures connections between agents.</summary>
/// <remarks>
/// Plain text only when both ends are loopback and no credentials are configured. Everything else is TLS 1.3 with a
/// certificate at both ends; a peer without one ends in the handshake.
/// </remarks>
internal sealed class WanSockets
{
    private const int TcpCongestion = 13;
    private const int TcpUserTimeout = 18;
    private const int HandshakeMilliseconds = 10_000;

    private readonly Func<WanCredentials?> credentials;
    private readonly TimeProvider clock;
    private readonly string congestionControl;
    private readonly Action<string> log;
    private bool isAvailable;
    private bool isProbed;
    private object? gate;

    public WanSockets(
        Func<WanCredentials?> credentials, TimeProvider clock, string congestionControl, Action<string> log) =>
        (this.credentials, this.clock, this.congestionControl, this.log) = (credentials, clock, congestionControl, log);

    /// <summary>Connects and secures. Blocks for at most the two timeouts.</summary>
    /// <exception cref="IOException">The peer cannot be reached or does not identify itself.</exception>
    public WanTransport Dial(IPEndPoint peer, int timeoutMilliseconds)
    {
        var socket = new Socket(peer.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            try
            {
                socket.Connect(peer);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                if (!socket.Poll(TimeSpan.FromMilliseconds(timeoutMilliseconds), SelectMode.SelectWrite))
                {
                    throw new IOException($"{peer} did not answer within {timeoutMilliseconds} ms");
                }

                var error = (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
                if (error != 0)
                {
                    throw new IOException($"connect to {peer}: {(SocketError)error}");
                }
            }

            socket.Blocking = true;
            Tune(socket);
            return Secure(socket, isServer: false);
        }
        catch (Exception e) when (e is SocketException or AuthenticationException)
        {
            socket.Dispose();
            throw new IOException($"connect to {peer}: {e.Message}", e);
        }
        catch (IOException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Secures an accepted connection.</summary>
    /// <exception cref="IOException">The peer did not identify itself.</exception>
    public WanTransport Accept(Socket socket)
    {
        try
        {
            socket.Blocking = true;
            Tune(socket);
            return Secure(socket, isServer: true);
        }
        catch (Exception e) when (e is SocketException or AuthenticationException or IOException)
        {
            var remote = socket.RemoteEndPoint;
            socket.Dispose();
            throw e as IOException ?? new IOException($"connection from {remote}: {e.Message}", e);
        }
    }

    private WanTransport Secure(Socket socket, bool isServer)
    {
        var current = credentials();
        if (current is null)
        {
            var local = ((IPEndPoint)socket.LocalEndPoint!).Address;
            var remote = ((IPEndPoint)socket.RemoteEndPoint!).Address;
            return IPAddress.IsLoopback(local) && IPAddress.IsLoopback(remote)
                ? new PlainTransport(socket)
                : throw new IOException(
                    $"{remote} is not a loopback address and this agent has no certificate; run 'join' first");
        }

        socket.ReceiveTimeout = HandshakeMilliseconds;
        socket.SendTimeout = HandshakeMilliseconds;
        var why = string.Empty;
        var site = default(Domain.Ids.SiteId);
        bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            using var copy = certificate is null ? null : new X509Certificate2(certificate);
            return current.TryIdentify(copy, clock.GetUtcNow(), out site, out why);
        }

        var stream = new SslStream(new NetworkStream(socket, ownsSocket: false));
        try
        {
            if (isServer)
            {
                stream.AuthenticateAsServer(current.Server(Validate));
            }
            else
            {
                stream.AuthenticateAsClient(current.Client("runbooks-agent", Validate));
            }
        }
        catch (AuthenticationException e) when (why.Length > 0)
        {
            throw new IOException($"{socket.RemoteEndPoint}: {why}", e);
        }

        socket.ReceiveTimeout = 0;
        socket.SendTimeout = 0;
        return new TlsTransport(socket, stream, site.ToString());
    }

    private void Tune(Socket socket)
    {
        socket.NoDelay = true;

        // The data path has its own heartbeats; this only stops the kernel from keeping a dead connection for minutes.
        socket.SetRawSocketOption(6, TcpUserTimeout, BitConverter.GetBytes(30_000));

        // BBR, a common default, halves 64 KiB writes on links below a millisecond.
        if (IsChoiceAvailable())
        {
            socket.SetRawSocketOption(6, TcpCongestion, Encoding.ASCII.GetBytes(congestionControl));
        }
    }

    // Without privilege only what tcp_allowed_congestion_control names may be chosen. The machine's own choice is slower at worst, and
    // no reason to leave a standby without its copy. Asked of a socket of its own: one that is connected counts as broken to the
    // runtime once an option was refused.
    private bool IsChoiceAvailable() => LazyInitializer.EnsureInitialized(ref isAvailable, ref isProbed, ref gate, () =>
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.SetRawSocketOption(6, TcpCongestion, Encoding.ASCII.GetBytes(congestionControl));
            return true;
        }
        catch (SocketException e)
        {
            log($"TCP congestion control '{congestionControl}' is not available ({e.SocketErrorCode}); the machine's own is used. "
                + "To choose it, add it to net.ipv4.tcp_allowed_congestion_control, or set congestionControl to one that is there.");
            return false;
        }
    });
}
