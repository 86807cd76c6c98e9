using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Runbooks.Audit;

/// <summary>
/// The append-only file of signed heads, one per line: the copy that an edit of the database does not reach.
/// </summary>
/// <remarks>
/// Durability: on return of <see cref="Append"/> the line is on stable storage. fsync is called directly because the
/// framework's own flush loses the kernel's error on Linux; a failed flush is final for this object.
/// </remarks>
public sealed class HeadFile(string path)
{
    private readonly Lock _gate = new();
    private bool _failed;

    public string Path { get; } = path;

    public void Append(SignedHead head)
    {
        lock (_gate)
        {
            if (_failed)
            {
                throw new IOException($"An earlier flush of {Path} failed; what it holds is in doubt.");
            }

            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
            var options = new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.Read,
                BufferSize = 0,
            };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var stream = new FileStream(Path, options);
            stream.Write(Encoding.UTF8.GetBytes(head.ToLine() + "\n"));
            if (Fsync((int)stream.SafeFileHandle.DangerousGetHandle()) != 0)
            {
                _failed = true;
                throw new IOException(
                    $"The signed head could not be made durable in {Path}.", new Win32Exception());
            }
        }
    }

    /// <summary>
    /// All whole lines; a last line without its end is a write that a crash cut and counts as absent.
    /// </summary>
    public IReadOnlyList<SignedHead> Read()
    {
        if (!File.Exists(Path))
        {
            return [];
        }

        var text = File.ReadAllText(Path);
        var end = text.LastIndexOf('\n');
        return end < 0
            ? []
            : [.. text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(SignedHead.FromLine)];
    }

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int fileDescriptor);
}
