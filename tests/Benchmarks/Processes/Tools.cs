using System.Diagnostics;

namespace Runbooks.Tests.Benchmarks.Processes;

/// <summary>Foreign programs: where they are, and how to run one to its end.</summary>
internal static class Tools
{
    /// <summary>
    /// RUNBOOKS_QEMU names the bin folder of a QEMU to use as the peer: a distribution's own may be too old to be
    /// worth comparing with (before 8, its NBD server waits for Nagle's algorithm).
    /// </summary>
    public static string? Qemu(string program) =>
        Environment.GetEnvironmentVariable("RUNBOOKS_QEMU") is { Length: > 0 } folder
            && File.Exists(Path.Combine(folder, program))
            ? Path.Combine(folder, program)
            : Find(program);

    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(["/usr/bin", "/usr/sbin", "/usr/local/bin"])
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}{output}");
    }

    /// <summary>"QEMU 10.0.2" from what the program says of itself.</summary>
    public static async Task<string> VersionAsync(string program)
    {
        var words = (await RunAsync(program, "--version")).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return words.First(word => char.IsAsciiDigit(word[0]));
    }
}
