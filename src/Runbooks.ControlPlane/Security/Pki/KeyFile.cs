using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Runbooks.ControlPlane.Security.Pki;

/// <summary>Secret files: written once, whole, owner-readable only, and on stable storage before anyone relies on them.</summary>
internal static class KeyFile
{
    private const int ReadOnly = 0;

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
        FlushFolder(folder);
    }

    /// <summary>A rename is durable only when its folder is; the framework cannot open a folder.</summary>
    private static void FlushFolder(string folder)
    {
        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"{folder} could not be opened.", new Win32Exception());
        }

        try
        {
            Flush(descriptor, folder);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    public static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            // The private cluster's account must walk through to its own folder when we are root; it may list or read nothing here.
            var walk = Environment.IsPrivilegedProcess ? UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : UnixFileMode.None;
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | walk);
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

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int fileDescriptor);
}
