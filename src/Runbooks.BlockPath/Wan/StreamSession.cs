using System.Diagnostics;
using Runbooks.BlockPath.Targets;
using Runbooks.Domain.Units;
using Runbooks.Replication;
using Runbooks.Wire.Wan;

namespace Runbooks.BlockPath.Wan;

/// <summary>
/// One admitted connection of one volume with one peer, either direction: what is posted leaves in order.
/// </summary>
internal sealed class StreamSession : IDisposable
{
    private const int SentRing = 1 << 14;
    private static readonly TimeSpan GoodbyeAtMost = TimeSpan.FromMilliseconds(500);

    private readonly SendQueue queue;
    private readonly long[] sentAt = new long[SentRing];
    private readonly System.Collections.Concurrent.ConcurrentDictionary<ulong, TaskCompletionSource<byte[]>> digests = new();
    private readonly System.Collections.Concurrent.ConcurrentDictionary<ulong, ByteRange> fetches = new();
    private long digestNumber;
    private long lastApplied;
    private long lastHeard;
    private long lastTaken;

    public StreamSession(WanTransport transport, FrameReader reader, PeerSlot peer, long session, string name)
    {
        Transport = transport;
        Reader = reader;
        Peer = peer;
        Session = session;
        queue = new SendQueue(transport, name, _ => transport.Abort());
        LastHeard = Stopwatch.GetTimestamp();
    }

    public WanTransport Transport { get; }

    public FrameReader Reader { get; }

    public PeerSlot Peer { get; }

    public long Session { get; }

    /// <summary>Stopwatch ticks of the last frame from the peer.</summary>
    public long LastHeard
    {
        get => Volatile.Read(ref lastHeard);
        set => Volatile.Write(ref lastHeard, value);
    }

    /// <summary>
    /// Whether the peer was heard since this was last asked. Compared with what was taken and not with the clock: on a
    /// machine short of processors a frame that came while the asker was descheduled would fall between two looks, and
    /// enough of those in a row make a living peer a silent one. One asker only.
    /// </summary>
    public bool TakeHeard()
    {
        var heard = LastHeard;
        var fresh = heard != lastTaken;
        lastTaken = heard;
        return fresh;
    }

    /// <summary>Set while the standby has not been welcomed yet.</summary>
    public TaskCompletionSource<bool>? Admission { get; set; }

    /// <summary>Ended when the receive loop of this session has returned.</summary>
    public ManualResetEventSlim Ended { get; } = new();

    public long BytesSent => queue.BytesSent;

    public void SendChange(in Effect effect, BlockBuffer? payload, int start, uint checksum)
    {
        var flags = WanFlags.None;
        flags |= (effect.Flags & ChangeFlags.Durable) != 0 ? WanFlags.Durable : 0;
        flags |= (effect.Flags & ChangeFlags.Copy) != 0 ? WanFlags.Copy : 0;
        flags |= (effect.Flags & ChangeFlags.KeepAllocated) != 0 ? WanFlags.KeepAllocated : 0;
        var generation = (ulong)effect.Generation.Value;
        var position = (ulong)effect.Position;
        sentAt[effect.Position & (SentRing - 1)] = Stopwatch.GetTimestamp();
        queue.Post(
            effect.Change switch
            {
                ChangeKind.Write => WanFrames.Write(
                    generation, position, effect.Range.Offset, (int)effect.Range.Length, checksum, flags),
                ChangeKind.Zero => WanFrames.Zero(
                    generation, position, effect.Range.Offset, (uint)effect.Range.Length, flags),
                _ => WanFrames.Discard(generation, position, effect.Range.Offset, (uint)effect.Range.Length, flags),
            },
            effect.Change == ChangeKind.Write ? payload : null,
            start);
    }

    public void SendFrame(in Effect effect)
    {
        var generation = (ulong)effect.Generation.Value;
        var position = (ulong)effect.Position;
        sentAt[effect.Position & (SentRing - 1)] = Stopwatch.GetTimestamp();
        switch (effect.Frame)
        {
            case FrameKind.Flush:
                queue.Post(WanFrames.Flush(generation, position));
                break;
            case FrameKind.Complete:
                queue.Post(WanFrames.Plain(WanFrameType.Completeness, generation, position, WanFlags.Complete));
                break;
            case FrameKind.Incomplete:
                queue.Post(WanFrames.Plain(WanFrameType.Completeness, generation, position));
                break;
            case FrameKind.Drained:
                queue.Post(WanFrames.Plain(WanFrameType.Drained, generation, position));
                break;
            case FrameKind.Point:
                var payload = ((WanPoint)effect.Detail!).Write();
                queue.Post(WanFrames.Control(WanFrameType.Point, generation, position, payload), payload);
                break;
        }
    }

    public void SendAck(Generation generation, long applied, long durable) => queue.Post(
        WanFrames.Ack((ulong)generation.Value, (ulong)applied, (ulong)durable, WanLimits.WindowBytesDefault));

    public void SendNack(Generation generation, long position, int code) =>
        queue.Post(WanFrames.Nack((ulong)generation.Value, (ulong)position, (ushort)code));

    public void SendControl(WanFrameType type, Generation generation, ReadOnlySpan<byte> payload) =>
        queue.Post(WanFrames.Control(type, (ulong)generation.Value, 0, payload), payload);

    public void SendInDoubt(Generation generation, IReadOnlyList<ByteRange> ranges)
    {
        foreach (var part in ranges.Chunk(WanLimits.RangesPerFrame))
        {
            SendControl(
                WanFrameType.InDoubt, generation, WanRanges.Write([.. part.Select(r => (r.Offset, r.Length))]));
        }

        SendControl(WanFrameType.InDoubt, generation, []);
    }

    public void Pong(Generation generation, ulong clock) => queue.Post(WanFrames.Pong((ulong)generation.Value, clock));

    public void SendDigest(Generation generation, ulong number, byte[] digest)
    {
        var header = WanFrames.Control(WanFrameType.Digest, (ulong)generation.Value, number, digest);
        queue.Post(header, digest);
        Flush();
    }

    /// <summary>Asks the peer for a range; the answer comes under the ticket of the effect.</summary>
    public void SendFetch(in Effect effect, ReadOnlySpan<byte> digest)
    {
        fetches[(ulong)effect.Ticket.Value] = effect.Range;
        queue.Post(
            WanFrames.Fetch(
                (ulong)effect.Generation.Value,
                (ulong)effect.Ticket.Value,
                effect.Range.Offset,
                (uint)effect.Range.Length,
                digest),
            digest);
        Flush();
    }

    /// <summary>The question that an answer is for.</summary>
    /// <exception cref="WanProtocolException">Nothing like it was asked.</exception>
    public Ticket TakeFetched(in WanHeader header)
    {
        if (!fetches.TryRemove(header.Sequence, out var range)
            || range != new ByteRange((long)header.Offset, header.Length))
        {
            throw new WanProtocolException($"{header.Offset}+{header.Length} was fetched and not asked for");
        }

        return new Ticket((long)header.Sequence);
    }

    public void SendFetched(in WanHeader question, ReadOnlySpan<byte> bytes, int code)
    {
        queue.Post(
            WanFrames.Fetched(
                question.Generation, question.Sequence, (long)question.Offset, question.Length, bytes, (ushort)code),
            bytes);
        Flush();
    }

    /// <summary>Asks the peer for the SHA-256 of a range.</summary>
    public Task<byte[]> DigestAsync(Generation generation, ByteRange range)
    {
        var number = (ulong)Interlocked.Increment(ref digestNumber);
        var answer = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        digests[number] = answer;
        queue.Post(WanFrames.DigestRequest((ulong)generation.Value, number, range.Offset, (uint)range.Length));
        Flush();
        if (Ended.IsSet)
        {
            FailDigests();
        }

        return answer.Task;
    }

    public void DigestArrived(ulong number, byte[] digest)
    {
        if (digests.TryRemove(number, out var answer))
        {
            answer.TrySetResult(digest);
        }
    }

    /// <summary>Pings when nothing was sent for a while, so that the peer hears us and we hear the answer.</summary>
    public void KeepAlive(Generation generation, TimeSpan every)
    {
        if (Admission is { Task.IsCompleted: false })
        {
            // The first frame a dialler may see is the answer to its hello.
            return;
        }

        if (Stopwatch.GetElapsedTime(queue.LastSend) >= every || Stopwatch.GetElapsedTime(LastHeard) >= every)
        {
            queue.Post(WanFrames.Ping((ulong)generation.Value, (ulong)Stopwatch.GetTimestamp()));
            Flush();
        }
    }

    /// <summary>Feeds the WAN legs of everything that an ack newly covers.</summary>
    public void RecordAcks(long applied, Volumes.LatencyHistogram wan)
    {
        var now = Stopwatch.GetTimestamp();
        for (var position = Math.Max(lastApplied + 1, applied - SentRing + 1); position <= applied; position++)
        {
            var sent = sentAt[position & (SentRing - 1)];
            if (sent != 0)
            {
                wan.Add(now - sent);
            }
        }

        lastApplied = Math.Max(lastApplied, applied);
    }

    public void Flush() => queue.Flush();

    /// <summary>The last frame of an orderly stop.</summary>
    public void SayGoodbye(Generation generation)
    {
        if (Admission is null or { Task: { IsCompletedSuccessfully: true, Result: true } })
        {
            queue.Post(WanFrames.Plain(WanFrameType.Bye, (ulong)generation.Value, 0));
            Flush();
            queue.WaitSent(GoodbyeAtMost);
        }
    }

    public void Dispose()
    {
        queue.Dispose();
        FailDigests();
    }

    private void FailDigests()
    {
        foreach (var number in digests.Keys)
        {
            if (digests.TryRemove(number, out var answer))
            {
                answer.TrySetException(new IOException("the session ended before the digest came"));
            }
        }
    }
}
