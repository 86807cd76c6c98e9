using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Runbooks.BlockPath.Execution;

namespace Runbooks.BlockPath.Nbd;

/// <summary>
/// NBD server: listeners, sessions, and the life of exports.
/// </summary>
/// <remarks>
/// Threads: one per listener, two per session (receive and send). Nothing a client does ends the server or another
/// session. Exports come and go while sessions run; a withdrawn or fenced export answers what is open, refuses what
/// still arrives with ESHUTDOWN, and then its sessions end.
/// </remarks>
public sealed class NbdServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<NbdSession, bool> _sessions = new();
    private readonly ConcurrentBag<NbdListener> _listeners = [];
    private readonly Timer _reaper;
    private volatile bool _stopping;

    public NbdServer(NbdExportTable exports, NbdServerOptions? options = null, INbdObserver? observer = null)
    {
        Exports = exports;
        Options = options ?? new NbdServerOptions();
        Observer = observer;
        Budget = new ByteBudget(Options.ServerBytesInFlightMax);
        _reaper = new Timer(_ => AbortOverdueHandshakes(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public NbdExportTable Exports { get; }

    public NbdServerOptions Options { get; }

    public int SessionCount => _sessions.Count;

    internal INbdObserver? Observer { get; }

    internal ByteBudget Budget { get; }

    /// <summary>
    /// Listens on a TCP address (port 0 picks one) or a Unix socket path. Returns where it really listens.
    /// </summary>
    /// <remarks>Errors: <see cref="SocketException"/> when the address is in use or not ours.</remarks>
    public EndPoint Listen(EndPoint address)
    {
        NbdListener listener = NbdListener.Open(address, Accept);
        _listeners.Add(listener);
        return listener.Address;
    }

    /// <summary>
    /// Removes an export, lets its sessions answer what is open, and waits until they have ended (cut after
    /// the drain time). After this nobody uses the export's target. False when there is no such export.
    /// </summary>
    public async Task<bool> WithdrawAsync(string exportName)
    {
        NbdExport? export = Exports.Remove(exportName);
        if (export is null)
        {
            return false;
        }

        await EndAsync([.. _sessions.Keys.Where(session => session.Export == export)]).ConfigureAwait(false);
        return true;
    }

    /// <summary>Stops listening and ends every session as <see cref="WithdrawAsync"/> does.</summary>
    public async Task StopAsync()
    {
        _stopping = true;
        foreach (NbdListener listener in _listeners)
        {
            listener.Dispose();
        }

        await EndAsync([.. _sessions.Keys]).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await _reaper.DisposeAsync().ConfigureAwait(false);
    }

    internal void Forget(NbdSession session) => _sessions.TryRemove(session, out _);

    private async Task EndAsync(IReadOnlyList<NbdSession> sessions)
    {
        foreach (NbdSession session in sessions)
        {
            session.Close();
        }

        Task all = Task.WhenAll(sessions.Select(session => session.Ended));
        try
        {
            // The sessions themselves give up after the drain time; the extra second is for their threads to leave.
            await all.WaitAsync(Options.DrainTime + TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            foreach (NbdSession session in sessions)
            {
                session.Abort();
            }

            await all.ConfigureAwait(false);
        }
    }

    private void Accept(Socket socket, string address)
    {
        if (_stopping || _sessions.Count >= Options.SessionsMax)
        {
            socket.Dispose();
            return;
        }

        NbdSession session = new(this, new SocketChannel(socket), address)
        {
            HandshakeDeadline = Environment.TickCount64 + (long)Options.HandshakeTime.TotalMilliseconds,
        };
        _sessions[session] = true;
        OwnThread.Start("nbd-session", session.Run);
        if (_stopping)
        {
            session.Abort();
        }
    }

    private void AbortOverdueHandshakes()
    {
        long now = Environment.TickCount64;
        foreach (NbdSession session in _sessions.Keys)
        {
            if (!session.IsTransmitting && now > session.HandshakeDeadline)
            {
                session.Abort();
            }
        }
    }
}
