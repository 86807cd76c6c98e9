using System.Net;
using System.Net.Sockets;

namespace Runbooks.Tests.Integration.Cli;

/// <summary>
/// A TCP line to one address that can be cut: what is open breaks, and what comes later gets through again.
/// </summary>
internal sealed class CuttableLine : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Uri _target;
    private readonly Lock _gate = new();
    private readonly List<TcpClient> _open = [];

    public CuttableLine(string target, int port = 0)
    {
        _target = new Uri(target);
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Breaks every open connection; answers how many there were.</summary>
    public int Cut()
    {
        lock (_gate)
        {
            var open = _open.Count / 2;
            _open.ForEach(c => c.Dispose());
            _open.Clear();
            return open;
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptTcpClientAsync();
                var far = new TcpClient();
                await far.ConnectAsync(_target.Host, _target.Port);
                lock (_gate)
                {
                    _open.Add(near);
                    _open.Add(far);
                }

                _ = CopyAsync(near, far);
                _ = CopyAsync(far, near);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut, or closed by one side: the other side closes with it.
        }

        from.Dispose();
        to.Dispose();
    }
}
