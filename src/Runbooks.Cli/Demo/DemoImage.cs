using System.Security.Cryptography;

namespace Runbooks.Cli.Demo;

/// <summary>
/// The disk that is protected: an ext4 file system filled with real files of this machine, or the user's own image.
/// </summary>
internal static class DemoImage
{
    private const long SizeBytes = 320L << 20;
    private const long ContentBytesMax = 160L << 20;

    /// <summary>Makes the file system; the digest of every file in it is known beforehand by path.</summary>
    public static async Task<string> MakeAsync(string folder, Action<string> say, CancellationToken cancellationToken)
    {
        var content = Path.Combine(folder, "content");
        var image = Path.Combine(folder, "disk0.raw");
        var bytes = CopyFiles(content);
        say($"filling an ext4 file system of {SizeBytes >> 20} MiB with {bytes >> 20} MiB of this machine's files");
        await using (var file = new FileStream(image, FileMode.Create))
        {
            file.SetLength(SizeBytes);
        }

        await Shell.RunAsync("mkfs.ext4", ["-q", "-F", "-d", content, image], cancellationToken);
        return image;
    }

    /// <summary>SHA-256 of every file of an ext4 image, by path: read with debugfs, so nothing is mounted.</summary>
    public static async Task<SortedDictionary<string, string>> DigestsAsync(
        string image, string folder, CancellationToken cancellationToken)
    {
        var dump = Path.Combine(folder, "dump-" + Guid.NewGuid().ToString("n")[..8]);
        Directory.CreateDirectory(dump);
        try
        {
            await Shell.RunAsync("debugfs", ["-R", $"rdump / {dump}", image], cancellationToken);
            return Digests(dump);
        }
        finally
        {
            Directory.Delete(dump, recursive: true);
        }
    }

    /// <summary>SHA-256 of every file below a folder, by path.</summary>
    public static SortedDictionary<string, string> Digests(string folder)
    {
        var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            using var stream = File.OpenRead(path);
            digests[Path.GetRelativePath(folder, path)] = Convert.ToHexStringLower(SHA256.HashData(stream));
        }

        return digests;
    }

    // Regular files of the runtime this program runs on: real, many, of all sizes, and there on every machine that
    // can run it.
    private static long CopyFiles(string target)
    {
        var total = 0L;
        foreach (var source in new[] { System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(),
            AppContext.BaseDirectory, "/usr/share/doc" })
        {
            if (!Directory.Exists(source))
            {
                continue;
            }

            var options =
                new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
            foreach (var file in new DirectoryInfo(source).EnumerateFiles("*", options).Take(1500))
            {
                if (total + file.Length > ContentBytesMax)
                {
                    break;
                }

                var to =
                    Path.Combine(target, Path.GetFileName(source.TrimEnd('/')),
                        Path.GetRelativePath(source, file.FullName));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                file.CopyTo(to, overwrite: true);
                total += file.Length;
            }
        }

        return total;
    }
}
