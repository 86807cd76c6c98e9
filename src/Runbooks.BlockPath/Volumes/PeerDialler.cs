using System.Net;
using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Wan;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Units;
using Runbooks.Replication;
using Runbooks.Wire.Wan;

namespace Runbooks.BlockPath.Volumes;

/// <summary>Keeps one volume of a primary connected with one standby: dials, says hello, receives, and dials again.</summary>
/// <remarks>
/// Back-off doubles from 100 ms to 5 s with +-25 % jitter, so that a hundred volumes do not knock at the same instant; a session
/// that was admitted resets it. One thread per link: it blocks in receive most of its life.
/// </remarks>
internal sealed class PeerDialler : IDisposable
{
    private const int BackOffMinMilliseconds = 100;
    private const int BackOffMaxMilliseconds = 5000;

    private readonly VolumeLoop loop;
    private readonly PeerSlot peer;
    private readonly Func<string> address;
    private readonly WanSockets sockets;
    private readonly Func<long> nextSession;
    private readonly Action<string> log;
    private readonly ManualResetEventSlim wake = new();
    private readonly Thread thread;
    private volatile bool stopped;
    private volatile WanTransport? current;

    public PeerDialler(
        VolumeLoop loop,
        PeerSlot peer,
        Func<string> address,
        WanSockets sockets,
        Func<long> nextSession,
        Action<string> log)
    {
        this.loop = loop;
        this.peer = peer;
        this.address = address;
        this.sockets = sockets;
        this.nextSession = nextSession;
        this.log = log;
        thread = NamedThread.Start($"wan-{loop.Configuration.Volume}-{peer}", Run);
    }

    /// <summary>What went wrong last, in words; empty while connected.</summary>
    public string LastError { get; private set; } = string.Empty;

    public void Dispose()
    {
        stopped = true;
        wake.Set();
        current?.Abort();
    }

    /// <summary>Waits until the thread has left; after <see cref="Dispose"/>.</summary>
    public void Join() => thread.Join(TimeSpan.FromSeconds(10));

    private void Run()
    {
        var backOff = BackOffMinMilliseconds;
        while (!stopped)
        {
            var why = loop.Ask(core => core.DialsPeers) ? Connect() : "not primary";
            if (why is null)
            {
                backOff = BackOffMinMilliseconds;
                continue;
            }

            if (LastError != why && why != "not primary")
            {
                log($"{loop.Configuration.Volume}: link to {loop.Configuration.Peers[peer.Index]}: {why}");
            }

            LastError = why;
            wake.Wait(backOff * Random.Shared.Next(75, 126) / 100);
            backOff = Math.Min(backOff * 2, BackOffMaxMilliseconds);
        }
    }

    // Null after an admitted session has ended; else why there was none.
    private string? Connect()
    {
        var text = address();
        if (!EndPoints.TryParse(text, out var end))
        {
            return text.Length == 0 ? "the peer's address is not known yet" : $"'{text}' is not an address (host:port)";
        }

        WanTransport? transport = null;
        try
        {
            transport = sockets.Dial(end, (int)loop.Configuration.PeerTimeout.TotalMilliseconds);
            current = transport;
            var wanted = loop.Configuration.Peers[peer.Index].ToString();
            if (transport.CertifiedSite is { } site && site != wanted)
            {
                throw new IOException($"{text} answers with the certificate of {site}, not of {wanted}");
            }

            return Handshake(transport, wanted);
        }
        catch (Exception e) when (e is IOException or WanProtocolException)
        {
            transport?.Dispose();
            return e.Message;
        }
        finally
        {
            current = null;
        }
    }

    private string? Handshake(WanTransport transport, string wanted)
    {
        var number = nextSession();
        var facts = loop.Ask(core => core.Facts);
        var reader = new FrameReader(transport);
        var session = new StreamSession(transport, reader, peer, number, loop.Configuration.Volume.ToString());
        session.SendControl(
            WanFrameType.Hello, facts.Generation, VolumeHello.Of(loop.Configuration, facts, number).Write());
        session.Flush();
        transport.LimitReceive(10_000);
        if (stopped || !reader.Read(out var header, out var start))
        {
            session.Dispose();
            return "the peer closed the connection before it answered";
        }

        if (header.Type == WanFrameType.Refuse)
        {
            var said = WanRefusal.Read(reader.Payload(header, start));
            var refusal = new Refusal(
                said.Code, $"Site {wanted} refuses the stream.", said.Message, said.Correction);
            loop.PostAndKick(VolumeEvent.PeerRefused(peer, new Generation((long)header.Generation), refusal));
            session.Dispose();
            return refusal.ToString();
        }

        if (header.Type != WanFrameType.Welcome)
        {
            session.Dispose();
            throw new WanProtocolException($"the peer answered the hello with {header.Type}");
        }

        var hello = WanHello.Read(reader.Payload(header, start));
        if (hello.Site != wanted || hello.Volume != loop.Configuration.Volume.ToString())
        {
            session.Dispose();
            throw new WanProtocolException($"the peer is {hello.Site} with {hello.Volume}, not {wanted}");
        }

        transport.LimitReceive(0);
        LastError = string.Empty;
        loop.Attach(session);
        loop.PostAndKick(VolumeEvent.PeerConnected(peer, number, VolumeHello.FactsOf(hello)));
        var why = new StreamReceiver(loop, session).Run();
        log($"{loop.Configuration.Volume}: session {number} with {wanted} ended: {why}");
        return null;
    }
}
