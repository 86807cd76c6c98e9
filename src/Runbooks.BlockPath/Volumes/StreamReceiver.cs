using System.Diagnostics;
using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Wan;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Units;
using Runbooks.Replication;
using Runbooks.Wire.Wan;

namespace Runbooks.BlockPath.Volumes;

/// <summary>
/// Receives one session: frames become events of the volume. Everything that one receive call brought is posted before the
/// owner is kicked, so that its acknowledgements leave as one.
/// </summary>
internal sealed class StreamReceiver(VolumeLoop loop, StreamSession session)
{
    /// <summary>Returns when the stream has ended. Always reports the end to the volume.</summary>
    /// <returns>Why it ended, for the log.</returns>
    public string Run()
    {
        try
        {
            while (session.Reader.Read(out var header, out var payloadStart))
            {
                session.LastHeard = Stopwatch.GetTimestamp();
                if (!header.IsAdvisory && !Take(header, payloadStart))
                {
                    return "the peer said goodbye";
                }

                if (!session.Reader.HasMore)
                {
                    loop.Kick();
                }
            }

            return "the peer closed the connection";
        }
        catch (Exception e) when (e is IOException or WanProtocolException or ObjectDisposedException)
        {
            return e.Message;
        }
        finally
        {
            loop.Kick();
            loop.Ended(session);
            session.Reader.Dispose();
            session.Transport.Dispose();
        }
    }

    private bool Take(in WanHeader header, int payloadStart)
    {
        var (peer, number) = (session.Peer, session.Session);
        var generation = GenerationOf(header);
        switch (header.Type)
        {
            case WanFrameType.Ack:
                loop.Post(VolumeEvent.PeerAcknowledged(peer, number, (long)header.Sequence, (long)header.Offset));
                break;
            case WanFrameType.Write:
            case WanFrameType.Zero:
            case WanFrameType.Discard:
                TakeChange(header, payloadStart, generation);
                break;
            case WanFrameType.Flush:
                loop.Post(VolumeEvent.FrameArrived(peer, number, (long)header.Sequence, generation, FrameKind.Flush));
                break;
            case WanFrameType.Completeness:
                var kind = (header.Flags & WanFlags.Complete) != 0 ? FrameKind.Complete : FrameKind.Incomplete;
                loop.Post(VolumeEvent.FrameArrived(peer, number, (long)header.Sequence, generation, kind));
                break;
            case WanFrameType.Drained:
                loop.Post(VolumeEvent.FrameArrived(peer, number, (long)header.Sequence, generation, FrameKind.Drained));
                break;
            case WanFrameType.Point:
                var point = WanPoint.Read(session.Reader.Payload(header, payloadStart));
                loop.Post(VolumeEvent.FrameArrived(
                    peer, number, (long)header.Sequence, generation, FrameKind.Point, point));
                break;
            case WanFrameType.Nack:
                loop.Post(VolumeEvent.PeerFailed(peer, number, (long)header.Sequence, header.Code));
                break;
            case WanFrameType.Ping:
                session.Pong(generation, header.Offset);
                session.Flush();
                break;
            case WanFrameType.Pong:
                break;
            case WanFrameType.DigestRequest:
                AnswerDigest(header, generation);
                break;
            case WanFrameType.Digest:
                session.DigestArrived(header.Sequence, session.Reader.Payload(header, payloadStart).ToArray());
                break;
            case WanFrameType.Fetch:
                AnswerFetch(header, session.Reader.Payload(header, payloadStart).ToArray(), generation);
                break;
            case WanFrameType.Fetched:
                TakeFetched(header, payloadStart);
                break;
            case WanFrameType.InDoubt:
                TakeInDoubt(header, payloadStart);
                break;
            case WanFrameType.Fence:
            case WanFrameType.Refuse:
                loop.Post(VolumeEvent.GenerationSeen(generation));
                return false;
            case WanFrameType.Bye:
                loop.Post(VolumeEvent.PeerLeft(peer, number));
                return false;
            default:
                throw new WanProtocolException($"a {header.Type} frame does not belong into an admitted stream");
        }

        return true;
    }

    private void TakeChange(in WanHeader header, int payloadStart, Generation generation)
    {
        var change = header.Type switch
        {
            WanFrameType.Write => ChangeKind.Write,
            WanFrameType.Zero => ChangeKind.Zero,
            _ => ChangeKind.Discard,
        };
        if (header.Offset + header.Length > (ulong)loop.Configuration.Size.Value)
        {
            throw new WanProtocolException($"{header.Type} {header.Offset}+{header.Length} is outside of the volume");
        }

        var flags = (header.Flags & WanFlags.Durable) != 0 ? ChangeFlags.Durable : ChangeFlags.None;
        flags |= (header.Flags & WanFlags.Copy) != 0 ? ChangeFlags.Copy : ChangeFlags.None;
        flags |= (header.Flags & WanFlags.KeepAllocated) != 0 ? ChangeFlags.KeepAllocated : ChangeFlags.None;
        Targets.BlockBuffer? payload = null;
        if (change == ChangeKind.Write)
        {
            payload = session.Reader.Slab;
            payload.AddReference();
        }

        var ticket = loop.Tickets.AddFrame(payload, payloadStart, session.Peer.Index, session.Session);
        loop.Post(VolumeEvent.ChangeArrived(
            session.Peer,
            session.Session,
            (long)header.Sequence,
            generation,
            ticket,
            new ByteRange((long)header.Offset, header.Length),
            change,
            flags));
    }

    private void TakeInDoubt(in WanHeader header, int payloadStart)
    {
        var ranges = WanRanges.Read(session.Reader.Payload(header, payloadStart));
        foreach (var (offset, length) in ranges)
        {
            if (offset + length > loop.Configuration.Size.Value)
            {
                throw new WanProtocolException($"in-doubt range {offset}+{length} is outside of the volume");
            }

            loop.Post(VolumeEvent.PeerInDoubt(session.Peer, session.Session, new ByteRange(offset, length)));
        }

        if (ranges.Count == 0)
        {
            loop.Post(VolumeEvent.PeerInDoubt(session.Peer, session.Session, default));
        }
    }

    // The asker keeps guests out of the range and waited for every write to it, so the bytes are at rest here as well.
    private void AnswerDigest(in WanHeader header, Generation generation)
    {
        var (number, range) = (header.Sequence, new ByteRange((long)header.Offset, header.Length));
        loop.RunOnDisk(() =>
        {
            try
            {
                session.SendDigest(generation, number, loop.Image.Digest(range));
            }
            catch (DiskFault)
            {
                // An empty digest equals none: the asker reports the range as different.
                session.SendDigest(generation, number, []);
            }
        });
    }

    // Asked before the first change of the session, and the writes of an older one ended before the welcome: the
    // bytes are at rest.
    private void AnswerFetch(WanHeader header, byte[] theirs, Generation generation)
    {
        var range = new ByteRange((long)header.Offset, header.Length);
        if (range.End > loop.Configuration.Size.Value)
        {
            throw new WanProtocolException($"fetch {range} is outside of the volume");
        }

        loop.RunOnDisk(() =>
        {
            if (generation < loop.Generation)
            {
                // Promoted or sealed meanwhile: this copy is no source for that primary any more.
                return;
            }

            var bytes = new byte[range.Length];
            try
            {
                loop.Image.File.Read(range.Offset, bytes);
            }
            catch (DiskFault fault)
            {
                loop.NoteFailure(fault);
                session.SendFetched(header, [], fault.ErrorNumber);
                return;
            }

            var isEqual = System.Security.Cryptography.SHA256.HashData(bytes).AsSpan().SequenceEqual(theirs);
            session.SendFetched(header, isEqual ? [] : bytes, 0);
        });
    }

    private void TakeFetched(in WanHeader header, int payloadStart)
    {
        var question = session.TakeFetched(header);
        var payload = Ticket.None;
        if (header.Code == 0 && header.PayloadLength > 0)
        {
            session.Reader.Slab.AddReference();
            payload = loop.Tickets.AddFrame(
                session.Reader.Slab, payloadStart, session.Peer.Index, session.Session);
        }

        loop.Post(VolumeEvent.RangeFetched(session.Peer, session.Session, question, payload, header.Code));
    }

    private static Generation GenerationOf(in WanHeader header) => header.Generation <= long.MaxValue
        ? new Generation((long)header.Generation)
        : throw new WanProtocolException($"generation {header.Generation} does not fit 63 bits");
}
