using System.Collections.Concurrent;
using System.Security.Cryptography;
using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Targets;
using Runbooks.BlockPath.Wan;
using Runbooks.Domain.Units;
using Runbooks.Replication;
using Runbooks.Wire;

namespace Runbooks.BlockPath.Volumes;

/// <summary>Reads what full copy and catch-up send, and holds each payload under its ticket until the frame is posted.</summary>
/// <remarks>Bounded by the core: at most CopiesMax payloads of CopySize are read and not sent (16 x 256 KiB = 4 MiB a peer).</remarks>
internal sealed class CopyReader(VolumeLoop loop, VolumeImage image, IExecutor executor)
{
    private static readonly TimeSpan DigestAtMost = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<long, CopyPayload> held = new();

    /// <summary>The payload of a ticket; the caller owns the reference from here on.</summary>
    public bool TryTake(Ticket ticket, out CopyPayload copy) => held.TryRemove(ticket.Value, out copy);

    public void Read(in Effect effect)
    {
        if ((effect.Flags & ChangeFlags.Copy) != 0
            && loop.SessionOf(effect.Peer.Index) is { } session && session.Session == effect.Session)
        {
            var compared = effect;
            executor.Post(new WorkItem(() => Compare(session, compared)));
            return;
        }

        var (ticket, range) = (effect.Ticket, effect.Range);
        executor.Post(new WorkItem(() =>
        {
            var payload = BlockBufferPool.Shared.Rent((int)range.Length);
            try
            {
                image.File.Read(range.Offset, payload.Span[..(int)range.Length]);
            }
            catch (DiskFault fault)
            {
                payload.Release();
                loop.NoteFailure(fault);
                loop.PostAndKick(VolumeEvent.Failed(VolumeEventKind.CopyReadFailed, ticket, fault.ErrorNumber));
                return;
            }

            var checksum = Crc32C.Compute(payload.Span[..(int)range.Length]);
            held[ticket.Value] = new CopyPayload(payload, checksum);
            loop.PostAndKick(VolumeEvent.Completed(VolumeEventKind.CopyRead, ticket));
        }));
    }

    // One digest for the whole copy; where it differs one for each block, all asked at once: 64 x (48 + 80) bytes
    // instead of 256 KiB.
    private void Compare(StreamSession session, Effect effect)
    {
        var (ticket, range) = (effect.Ticket, effect.Range);
        var length = (int)range.Length;
        var payload = BlockBufferPool.Shared.Rent(length);
        try
        {
            image.File.Read(range.Offset, payload.Span[..length]);
            var differing = IsEqual(session, loop.Generation, range, payload.Span[..length])
                ? default
                : Differing(session, loop.Generation, range, payload);
            if (!differing.IsEmpty)
            {
                var part = BlockBufferPool.Shared.Rent((int)differing.Length);
                payload.Span.Slice((int)(differing.Offset - range.Offset), (int)differing.Length).CopyTo(part.Span);
                held[ticket.Value] = new CopyPayload(part, Crc32C.Compute(part.Span[..(int)differing.Length]));
            }

            loop.PostAndKick(VolumeEvent.CopyCompared(ticket, differing));
        }
        catch (DiskFault fault)
        {
            loop.NoteFailure(fault);
            loop.PostAndKick(VolumeEvent.Failed(VolumeEventKind.CopyReadFailed, ticket, fault.ErrorNumber));
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            // The session is over or stuck: the copy is due again, in this session or the next.
            loop.PostAndKick(VolumeEvent.Failed(VolumeEventKind.CopyReadFailed, ticket, 0));
        }
        finally
        {
            payload.Release();
        }
    }

    private static bool IsEqual(StreamSession session, Generation generation, ByteRange range, ReadOnlySpan<byte> bytes)
    {
        var theirs = session.DigestAsync(generation, range);
        Span<byte> ours = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, ours);
        return theirs.WaitAsync(DigestAtMost).GetAwaiter().GetResult().AsSpan().SequenceEqual(ours);
    }

    private static ByteRange Differing(
        StreamSession session, Generation generation, ByteRange range, BlockBuffer payload)
    {
        var blocks = (int)((range.Length + Grain.BlockBytes - 1) / Grain.BlockBytes);
        var asked = new Task<byte[]>[blocks];
        for (var i = 0; i < blocks; i++)
        {
            asked[i] = session.DigestAsync(generation, BlockOf(range, i));
        }

        var (first, last) = (-1, -1);
        for (var i = 0; i < blocks; i++)
        {
            var block = BlockOf(range, i);
            var ours = SHA256.HashData(payload.Span.Slice((int)(block.Offset - range.Offset), (int)block.Length));
            if (!asked[i].WaitAsync(DigestAtMost).GetAwaiter().GetResult().AsSpan().SequenceEqual(ours))
            {
                (first, last) = (first < 0 ? i : first, i);
            }
        }

        return first < 0
            ? default
            : new ByteRange(BlockOf(range, first).Offset, BlockOf(range, last).End - BlockOf(range, first).Offset);
    }

    private static ByteRange BlockOf(ByteRange range, int index) =>
        new ByteRange(range.Offset + (index * Grain.BlockBytes), Grain.BlockBytes).Intersect(range);

    /// <summary>Asks a peer for its content of a range, with the digest of what is here.</summary>
    public void Fetch(StreamSession session, in Effect effect)
    {
        byte[] digest = [];
        try
        {
            digest = image.Digest(effect.Range);
        }
        catch (DiskFault fault)
        {
            // Unreadable here: an empty digest equals none, so the peer sends its bytes and they are written over it.
            loop.NoteFailure(fault);
        }

        session.SendFetch(effect, digest);
    }

    public void FindAllocation(PeerSlot peer, long from)
    {
        try
        {
            loop.PostAndKick(VolumeEvent.AllocationFound(peer, image.NextAllocated(from, loop.Configuration.Size.Value)));
        }
        catch (DiskFault fault)
        {
            // Without a map the copy goes on as if everything were allocated: slower, never wrong.
            loop.NoteFailure(fault);
            loop.PostAndKick(VolumeEvent.AllocationFound(peer, new ByteRange(from, loop.Configuration.Size.Value - from)));
        }
    }

    internal readonly record struct CopyPayload(BlockBuffer Payload, uint Checksum);
}
