using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;

namespace Runbooks.Cli.Records;

/// <summary>
/// The load: writes record after record through NBD with FUA, and notes each number only after it was acknowledged.
/// </summary>
internal static class RecordWriter
{
    /// <summary>
    /// Writes until stopped or until the export fails; prints <c>acknowledged N longest M</c> four times a second.
    /// </summary>
    public static int Run(Uri address, string acknowledgedFile, int perSecond, CancellationToken cancellationToken)
    {
        using var connection = NbdConnection.Open(address);
        using var list =
            new FileStream(acknowledgedFile, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var slots = connection.Length / RecordBlock.Size;
        var number = AcknowledgedRecords.Read(acknowledgedFile) is { Count: > 0 } before ? before.Max() + 1 : 0;
        var block = new byte[RecordBlock.Size];
        Span<byte> entry = stackalloc byte[8];
        var longest = 0d;
        var written = 0L;
        var began = Stopwatch.GetTimestamp();
        var said = began;
        while (!cancellationToken.IsCancellationRequested)
        {
            RecordBlock.Write(block, number, DateTime.UtcNow.Ticks);
            var start = Stopwatch.GetTimestamp();
            connection.WriteDurably(number % slots * RecordBlock.Size, block);
            longest = Math.Max(longest, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            BinaryPrimitives.WriteInt64BigEndian(entry, number);
            list.Write(entry);
            number++;
            written++;
            if (Stopwatch.GetElapsedTime(said).TotalMilliseconds >= 250)
            {
                said = Stopwatch.GetTimestamp();
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"acknowledged {number} longest {longest:0.###}"));
            }

            // Paced by the clock, not by sleeping between writes: after a pause it catches up to its rate, as a busy
            // system would.
            var ahead = (double)written / perSecond - Stopwatch.GetElapsedTime(began).TotalSeconds;
            if (ahead > 0.001)
            {
                cancellationToken.WaitHandle.WaitOne(TimeSpan.FromSeconds(ahead));
            }
            else if (ahead < -1)
            {
                began = Stopwatch.GetTimestamp();
                written = 0;
            }
        }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"acknowledged {number} longest {longest:0.###}"));
        return ExitCodes.Ok;
    }
}
