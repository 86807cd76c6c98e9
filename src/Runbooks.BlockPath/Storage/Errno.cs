using System.Runtime.InteropServices;

namespace Runbooks.BlockPath.Storage;

/// <summary>The Linux error numbers this house decides by. The values are the same on x64 and arm64.</summary>
public static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int InputOutput = 5;
    public const int NoDeviceOrAddress = 6;
    public const int TryAgain = 11;
    public const int OutOfMemory = 12;
    public const int AccessDenied = 13;
    public const int CrossDevice = 18;
    public const int Invalid = 22;
    public const int InappropriateIoctl = 25;
    public const int FileTooBig = 27;
    public const int NoSpace = 28;
    public const int ReadOnlyFileSystem = 30;
    public const int BrokenPipe = 32;
    public const int NotImplemented = 38;
    public const int NotSupported = 95;
    public const int ConnectionReset = 104;
    public const int QuotaExceeded = 122;

    public static string Describe(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";
}
