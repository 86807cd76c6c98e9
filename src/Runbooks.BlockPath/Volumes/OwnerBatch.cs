using Runbooks.BlockPath.Targets;
using Runbooks.Domain.Units;
using Runbooks.Replication;
using Runbooks.Wire.Nbd;

namespace Runbooks.BlockPath.Volumes;

/// <summary>What one turn of the owner leaves to do outside of the ownership: answers and local writes.</summary>
internal sealed class OwnerBatch
{
    public List<(BlockRequest Request, NbdError Error)> Answers { get; } = new(64);

    public List<LocalWrite> Writes { get; } = new(64);

    public List<Ticket> Durable { get; } = new(64);

    public void Clear()
    {
        Answers.Clear();
        Writes.Clear();
        Durable.Clear();
    }
}

/// <summary>One change of the image; holds a reference to its payload until it is done.</summary>
internal readonly record struct LocalWrite(
    Ticket Ticket, ByteRange Range, ChangeKind Change, ChangeFlags Flags, BlockBuffer? Payload, int Start, bool IsFrame);
