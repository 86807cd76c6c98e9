namespace Runbooks.Tests.Benchmarks.DataPath;

/// <summary>Whether two images of equal length hold the same bytes.</summary>
internal static class ImageComparison
{
    public static string Describe(string first, string second)
    {
        using var a = File.OpenRead(first);
        using var b = File.OpenRead(second);
        var (left, right) = (new byte[1 << 20], new byte[1 << 20]);
        for (long at = 0; ; at += left.Length)
        {
            var read = a.ReadAtLeast(left, left.Length, throwOnEndOfStream: false);
            var other = b.ReadAtLeast(right, right.Length, throwOnEndOfStream: false);
            if (read != other || !left.AsSpan(0, read).SequenceEqual(right.AsSpan(0, read)))
            {
                return $"THE COPIES DIFFER in the MiB at {at}";
            }

            if (read < left.Length)
            {
                return $"both copies equal, {at >> 20} MiB compared";
            }
        }
    }
}
