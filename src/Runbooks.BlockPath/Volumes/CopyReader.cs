using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<long, CopyPayload> held = new();

    /// <summary>The payload of a ticket; the caller owns the reference from here on.</summary>
    public bool TryTake(Ticket ticket, out CopyPayload copy) => held.TryRemove(ticket.Value, out copy);

    public void Read(in Effect effect)
    {
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
