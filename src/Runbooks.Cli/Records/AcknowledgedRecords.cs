using System.Buffers.Binary;

namespace Runbooks.Cli.Records;

/// <summary>
/// The list of acknowledged numbers, kept in a file beside the writer:
/// eight bytes each, written after the acknowledgement.
/// </summary>
internal static class AcknowledgedRecords
{
    /// <summary>All numbers in the file; a torn last entry is not one.</summary>
    public static IReadOnlyList<long> Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var numbers = new long[bytes.Length / 8];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(i * 8));
        }

        return numbers;
    }

    /// <summary>How many there are.</summary>
    public static long Count(string path) => File.Exists(path) ? new FileInfo(path).Length / 8 : 0;
}
