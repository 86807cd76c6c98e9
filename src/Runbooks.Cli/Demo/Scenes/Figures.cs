namespace Runbooks.Cli.Demo.Scenes;

/// <summary>Proofs that several scenes need.</summary>
internal static class Figures
{
    /// <summary>
    /// Reads disk0 of a site through NBD into a file, checks the file system and compares every file's digest.
    /// </summary>
    public static async Task FileSystemAsync(DemoState state, string site, CancellationToken cancellationToken)
    {
        var copy = Path.Combine(state.Folder, $"check-{site}.raw");
        Copy(state.ExportOf(site, "disk0"), copy);
        var (code, text) = await Shell.TryAsync("e2fsck", ["-fn", copy], cancellationToken);
        state.Check($"The file system at {site} is clean", code == 0, code == 0 ? "e2fsck -fn: clean" : text);
        var found = await DemoImage.DigestsAsync(copy, state.Folder, cancellationToken);
        var equal = found.Count == state.Files.Count && found.All(f => state.Files.GetValueOrDefault(f.Key) == f.Value);
        state.Check($"Every file at {site} has its digest", equal,
            $"{found.Count} of {state.Files.Count} files compared by SHA-256");
        File.Delete(copy);
    }

    private static void Copy(Uri export, string path)
    {
        using var connection = Records.NbdConnection.Open(export);
        using var file = new FileStream(path, FileMode.Create);
        file.SetLength(connection.Length);
        var buffer = new byte[1 << 20];
        for (long at = 0; at < connection.Length; at += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, connection.Length - at));
            connection.Read(at, part);
            if (part.ContainsAnyExcept((byte)0))
            {
                file.Position = at;
                file.Write(part);
            }
        }
    }
}
