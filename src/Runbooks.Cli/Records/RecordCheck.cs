namespace Runbooks.Cli.Records;

/// <summary>What a check of a records disk found.</summary>
/// <param name="Acknowledged">Numbers that must be there.</param>
/// <param name="Lost">Of those, missing or overwritten by an older one.</param>
/// <param name="Torn">Blocks that are no whole record.</param>
/// <param name="Newest">The highest number on the disk.</param>
internal sealed record RecordCheck(long Acknowledged, long Lost, long Torn, long Newest)
{
    /// <summary>Reads the disk through NBD and compares it with the list of acknowledged numbers.</summary>
    public static RecordCheck Run(Uri address, IReadOnlyList<long> acknowledged)
    {
        using var connection = NbdConnection.Open(address);
        var slots = connection.Length / RecordBlock.Size;

        // With more records than slots the newest of a slot stands for all before it.
        var newestOfSlot = new Dictionary<long, long>();
        foreach (var number in acknowledged)
        {
            newestOfSlot[number % slots] = Math.Max(number, newestOfSlot.GetValueOrDefault(number % slots, -1));
        }

        long lost = 0;
        long torn = 0;
        long newest = -1;
        var last = newestOfSlot.Count == 0 ? 0 : newestOfSlot.Keys.Max() + 1;
        var buffer = new byte[256 * RecordBlock.Size];
        for (long first = 0; first < last; first += 256)
        {
            var count = (int)Math.Min(256, slots - first);
            connection.Read(first * RecordBlock.Size, buffer.AsSpan(0, count * RecordBlock.Size));
            for (var i = 0; i < count; i++)
            {
                var found = RecordBlock.Read(buffer.AsSpan(i * RecordBlock.Size, RecordBlock.Size));
                newest = Math.Max(newest, found);
                torn += found == -2 ? 1 : 0;
                lost += newestOfSlot.TryGetValue(first + i, out var wanted) && found < wanted ? 1 : 0;
            }
        }

        return new RecordCheck(acknowledged.Count, lost, torn, newest);
    }
}
