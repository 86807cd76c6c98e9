namespace Runbooks.BlockPath.Nbd;

/// <summary>Running totals of one export since it was made; read by status and metrics, from any thread.</summary>
public sealed class NbdExportCounters
{
    private long _reads;
    private long _readBytes;
    private long _writes;
    private long _writtenBytes;
    private long _flushes;
    private long _errors;
    private int _sessions;

    public long Reads => Interlocked.Read(ref _reads);

    public long ReadBytes => Interlocked.Read(ref _readBytes);

    /// <summary>Writes, trims and zeroes.</summary>
    public long Writes => Interlocked.Read(ref _writes);

    /// <summary>Payload bytes of writes.</summary>
    public long WrittenBytes => Interlocked.Read(ref _writtenBytes);

    public long Flushes => Interlocked.Read(ref _flushes);

    /// <summary>Requests answered with an error.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    public int Sessions => Volatile.Read(ref _sessions);

    internal void AddSession(int change) => Interlocked.Add(ref _sessions, change);

    /// <summary>
    /// Adds what one batch of replies held; per batch and not per request, since the cache line is shared.
    /// </summary>
    internal void Add(in NbdBatchTotals totals)
    {
        AddIfAny(ref _reads, totals.Reads);
        AddIfAny(ref _readBytes, totals.ReadBytes);
        AddIfAny(ref _writes, totals.Writes);
        AddIfAny(ref _writtenBytes, totals.WrittenBytes);
        AddIfAny(ref _flushes, totals.Flushes);
        AddIfAny(ref _errors, totals.Errors);
    }

    private static void AddIfAny(ref long counter, long amount)
    {
        if (amount != 0)
        {
            Interlocked.Add(ref counter, amount);
        }
    }
}

/// <summary>What one batch of replies held.</summary>
internal struct NbdBatchTotals
{
    public long Reads;
    public long ReadBytes;
    public long Writes;
    public long WrittenBytes;
    public long Flushes;
    public long Errors;
}
