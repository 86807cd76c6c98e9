using System.Diagnostics;
using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Storage;
using Runbooks.Replication;

namespace Runbooks.BlockPath.Volumes;

/// <summary>
/// Applies changes to the image, outside of the ownership, and reports
/// each as an event. Durable ones wait together for one fdatasync.
/// </summary>
internal sealed class LocalWriter(VolumeLoop loop, VolumeImage image, IExecutor executor)
{
    // From here on a local write is worth a thread of its own: two may copy at once and the session goes on receiving.
    private const int InlineWriteMax = 128 << 10;

    /// <summary>Runs the writes of one turn; large ones on threads of their own.</summary>
    public void Run(OwnerBatch batch)
    {
        foreach (var write in batch.Writes)
        {
            if (write.Range.Length > InlineWriteMax && batch.Writes.Count > 1)
            {
                var large = write;
                executor.Post(new WorkItem(() => WriteLarge(large)));
            }
            else
            {
                Write(write, batch.Durable);
            }
        }

        JoinCommit(batch.Durable);
    }

    private void WriteLarge(LocalWrite write)
    {
        var durable = new List<Ticket>(1);
        Write(write, durable);
        JoinCommit(durable);
        loop.Kick();
    }

    private void Write(in LocalWrite write, List<Ticket> durable)
    {
        var started = Stopwatch.GetTimestamp();
        var errno = 0;
        try
        {
            var payload = write.Payload is null
                ? default
                : write.Payload.Span.Slice(write.Start, (int)write.Range.Length);
            image.Apply(write.Change, write.Flags, write.Range, payload);
        }
        catch (DiskFault fault)
        {
            errno = fault.ErrorNumber;
            loop.NoteFailure(fault);
        }

        write.Payload?.Release();
        loop.LocalLeg.Add(Stopwatch.GetTimestamp() - started);
        if (errno == 0 && (write.Flags & ChangeFlags.Durable) != 0)
        {
            durable.Add(write.Ticket);
            return;
        }

        LocalDone(write.Ticket, errno);
    }

    private void JoinCommit(List<Ticket> durable)
    {
        if (durable.Count == 0)
        {
            return;
        }

        var tickets = durable.ToArray();
        image.Commits.Join(fault =>
        {
            foreach (var ticket in tickets)
            {
                LocalDone(ticket, fault?.ErrorNumber ?? 0, VolumeEventKind.LocalFlushFailed);
            }

            if (fault is not null)
            {
                loop.NoteFailure(fault);
            }

            loop.Kick();
        });
    }

    // A write that failed for want of space may be repeated; one that failed in its flush ends the copy, whatever the
    // number.
    private void LocalDone(
        Ticket ticket, int errno, VolumeEventKind failed = VolumeEventKind.LocalWriteFailed)
    {
        if (loop.Tickets.TryGet(ticket, out var entry))
        {
            if (entry.Request is null)
            {
                if (loop.Tickets.Remove(ticket, out var frame))
                {
                    frame.Payload?.Release();
                }
            }
            else if (errno != 0)
            {
                entry.Errno = errno;
                loop.Tickets.Update(ticket, entry);
            }
        }

        loop.Post(errno == 0
            ? VolumeEvent.Completed(VolumeEventKind.LocalWriteCompleted, ticket)
            : VolumeEvent.Failed(failed, ticket, errno));
    }
}
