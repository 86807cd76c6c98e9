using System.Net;
using System.Net.Sockets;

namespace Runbooks.Cli.Demo;

/// <summary>
/// The line between the two sites: forwards TCP both ways, and can fall silent as a cut line does: connections stay
/// open and nothing arrives.
/// </summary>
internal sealed class LinkProxy : IDisposable
{
    private readonly TcpListener listener;
    private readonly Func<IPEndPoint> target;
    private readonly CancellationTokenSource stop = new();
    private TaskCompletionSource open = Opened();

    public LinkProxy(int port, Func<IPEndPoint> target)
    {
        this.target = target;
        listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start(128);
        _ = AcceptAsync();
    }

    public IPEndPoint Address => (IPEndPoint)listener.LocalEndpoint;

    /// <summary>Bytes carried in both directions.</summary>
    public long Carried => Interlocked.Read(ref carried);

    private long carried;

    /// <summary>Cuts the line, or mends it.</summary>
    public void Silence(bool silent)
    {
        if (silent)
        {
            open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        else
        {
            open.TrySetResult();
        }
    }

    public void Dispose()
    {
        stop.Cancel();
        listener.Dispose();
        stop.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                _ = CarryAsync(await listener.AcceptSocketAsync(stop.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The demo has ended.
        }
    }

    private async Task CarryAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (near)
        {
            near.NoDelay = true;
            try
            {
                await open.Task.WaitAsync(stop.Token);
                await far.ConnectAsync(target(), stop.Token);
                await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Either end hung up, as ends do.
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[256 * 1024];
        while (true)
        {
            var read = await from.ReceiveAsync(buffer, stop.Token);
            await open.Task.WaitAsync(stop.Token);
            if (read == 0)
            {
                return;
            }

            Interlocked.Add(ref carried, read);
            for (var sent = 0; sent < read;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), stop.Token);
            }
        }
    }
}
