using System.Net;
using System.Net.Sockets;
using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Wan;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;
using Runbooks.Replication;
using Runbooks.Wire.Wan;

namespace Runbooks.BlockPath.Volumes;

/// <summary>Takes connections of other agents and hands each to the volume it names.</summary>
/// <remarks>
/// One thread per connection; at most <see cref="ConnectionsMax"/>. A connection that does not say hello within 10 s is closed.
/// A new hello of a peer ends that peer's older session first: its receive loop has returned, so no frame of it can
/// be applied after the new handshake.
/// </remarks>
internal sealed class WanListener : IDisposable
{
    public const int ConnectionsMax = 4096;
    private const int HelloMilliseconds = 10_000;

    private readonly Socket socket;
    private readonly WanSockets sockets;
    private readonly Func<VolumeId, VolumeLoop?> find;
    private readonly SiteId site;
    private readonly Action<string> log;
    private int connections;
    private volatile bool stopped;

    public WanListener(
        IPEndPoint at, WanSockets sockets, SiteId site, Func<VolumeId, VolumeLoop?> find, Action<string> log)
    {
        this.sockets = sockets;
        this.site = site;
        this.find = find;
        this.log = log;
        socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        try
        {
            socket.Bind(at);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new Fault(
                FaultSide.Network, "bind", $"The WAN address {at} cannot be bound: {e.Message}", isTransient: false, e);
        }

        socket.Listen(128);
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
        NamedThread.Start("wan-accept", Accept);
    }

    /// <summary>Where it listens; the port is the real one when 0 was asked.</summary>
    public IPEndPoint EndPoint { get; }

    public void Dispose()
    {
        stopped = true;
        socket.Dispose();
    }

    private void Accept()
    {
        while (!stopped)
        {
            Socket accepted;
            try
            {
                accepted = socket.Accept();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (!stopped)
                {
                    log($"wan listener: {e.Message}");
                }

                continue;
            }

            if (Interlocked.Increment(ref connections) > ConnectionsMax)
            {
                Interlocked.Decrement(ref connections);
                accepted.Dispose();
                continue;
            }

            NamedThread.Start("wan-in", () => Serve(accepted));
        }
    }

    private void Serve(Socket accepted)
    {
        try
        {
            using var transport = sockets.Accept(accepted);
            Greet(transport);
        }
        catch (Exception e) when (e is IOException or WanProtocolException or Fault)
        {
            log($"wan connection: {e.Message}");
        }
        finally
        {
            Interlocked.Decrement(ref connections);
        }
    }

    private void Greet(WanTransport transport)
    {
        transport.LimitReceive(HelloMilliseconds);
        var reader = new FrameReader(transport);
        if (!reader.Read(out var header, out var start))
        {
            return;
        }

        if (header.Type != WanFrameType.Hello)
        {
            throw new WanProtocolException($"{transport.Remote} began with {header.Type}, not with a hello");
        }

        var hello = WanHello.Read(reader.Payload(header, start));
        if (transport.CertifiedSite is { } certified && certified != hello.Site)
        {
            Refuse(transport, reader, new WanRefusal(
                "RB-WAN-001",
                $"The hello names site {hello.Site}, the certificate names {certified}.",
                "Use the certificate of the site itself."));
            return;
        }

        var loop = VolumeId.TryParse(hello.Volume, out var id) ? find(id) : null;
        var slot = loop is null ? -1 : SlotOf(loop, hello.Site);
        if (loop is null || slot < 0)
        {
            var what = loop is null
                ? $"Site {site} holds no copy of {hello.Volume}."
                : $"Site {hello.Site} is not a peer of {hello.Volume} at {site}.";
            Refuse(transport, reader, new WanRefusal(
                "RB-WAN-002", what, "Create the standby volume with this peer first, or check the address."));
            return;
        }

        Admit(transport, reader, loop, new PeerSlot((byte)slot), hello);
    }

    private void Admit(WanTransport transport, FrameReader reader, VolumeLoop loop, PeerSlot peer, WanHello hello)
    {
        var facts = VolumeHello.FactsOf(hello);
        var session = new StreamSession(transport, reader, peer, (long)hello.Session, loop.Configuration.Volume.ToString())
        {
            Admission = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously),
        };
        if (loop.SessionOf(peer.Index) is { } before)
        {
            before.Dispose();
            before.Ended.Wait(HelloMilliseconds);
        }

        loop.Attach(session);
        loop.PostAndKick(VolumeEvent.PeerOffered(peer, session.Session, facts));
        var admitted = session.Admission.Task.Wait(HelloMilliseconds) && session.Admission.Task.Result;
        if (!admitted)
        {
            // Lets the refusal leave before the connection closes: the dialler closes when it has read it.
            session.Flush();
            transport.LimitReceive(2000);
            DrainUntilClosed(reader);
            loop.Ended(session);
            reader.Dispose();
            return;
        }

        transport.LimitReceive(0);
        var why = new StreamReceiver(loop, session).Run();
        log($"{loop.Configuration.Volume}: session {session.Session} of {hello.Site} ended: {why}");
    }

    private static int SlotOf(VolumeLoop loop, string site)
    {
        for (var i = 0; i < loop.Configuration.Peers.Count; i++)
        {
            if (loop.Configuration.Peers[i].ToString() == site)
            {
                return i;
            }
        }

        return -1;
    }

    private static void Refuse(WanTransport transport, FrameReader reader, WanRefusal refusal)
    {
        using var queue = new SendQueue(transport, "refuse", _ => { });
        var payload = refusal.Write();
        queue.Post(WanFrames.Control(WanFrameType.Refuse, 0, 0, payload), payload);
        queue.Flush();
        transport.LimitReceive(2000);
        DrainUntilClosed(reader);
        reader.Dispose();
    }

    private static void DrainUntilClosed(FrameReader reader)
    {
        try
        {
            while (reader.Read(out _, out _))
            {
                // What the peer still says is of no interest: it is being refused.
            }
        }
        catch (Exception e) when (e is IOException or WanProtocolException or ObjectDisposedException)
        {
            // Closed, in whatever way: that is what this waits for.
        }
    }
}
