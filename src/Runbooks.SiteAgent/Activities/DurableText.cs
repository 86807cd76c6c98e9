using System.Runtime.InteropServices;
using Runbooks.Domain.Errors;

namespace Runbooks.SiteAgent.Activities;

/// <summary>Replaces small text files so that after a crash either the old or the new text is there, whole.</summary>
internal static partial class DurableText
{
    /// <summary>Writes beside, syncs, renames, syncs the folder.</summary>
    public static void Replace(string path, string text)
    {
        var beside = path + ".new";
        File.WriteAllText(beside, text);
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
