using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Runbooks.ControlPlane.Security.Pki;

/// <summary>Secret files: written once, whole, owner-readable only, and on stable storage before anyone relies on them.</summary>
internal static class KeyFile
{
    public static void Write(string path, ReadOnlySpan<byte> content, bool ownerMayWrite = false)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        CreateFolder(folder);
        var temporary = $"{path}.new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | (ownerMayWrite ? UnixFileMode.UserWrite : UnixFileMode.None);
        }

        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(content);
            Flush((int)stream.SafeFileHandle.DangerousGetHandle(), path);
        }

        File.Move(temporary, path, overwrite: true);
        using var directory = File.OpenHandle(folder, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Flush((int)directory.DangerousGetHandle(), folder);
    }

    public static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(
                folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    // Called directly: the framework's flush loses the kernel's error on Linux.
    private static void Flush(int descriptor, string path)
    {
        if (Fsync(descriptor) != 0)
        {
            throw new IOException($"{path} could not be made durable.", new Win32Exception());
        }
    }

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int fileDescriptor);
}
