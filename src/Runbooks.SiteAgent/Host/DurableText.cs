using System.Runtime.InteropServices;
using System.Text;
using Runbooks.Domain.Errors;

namespace Runbooks.SiteAgent.Host;

/// <summary>Replaces small text files so that after a crash either the old or the new text is there, whole.</summary>
internal static partial class DurableText
{
    /// <summary>Writes beside, syncs, renames, syncs the folder.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="text">Its new content.</param>
    /// <param name="mode">Who may do what with it; null leaves it to the umask.</param>
    public static void Replace(string path, string text, UnixFileMode? mode = null)
    {
        var beside = path + ".new";
        File.Delete(beside);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode,
        };
        using (var stream = new FileStream(beside, options))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
        }

        Sync(beside);
        File.Move(beside, path, overwrite: true);
        Sync(Path.GetDirectoryName(path)!);
    }

    private static void Sync(string path)
    {
        var descriptor = Open(path, 0);
        if (descriptor < 0)
        {
            throw Failed("open", path);
        }

        try
        {
            if (Fsync(descriptor) != 0)
            {
                throw Failed("fsync", path);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static Fault Failed(string stage, string path) =>
        new(FaultSide.Disk, stage, $"{stage} of {path} failed with error {Marshal.GetLastPInvokeError()}.", isTransient: false);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
