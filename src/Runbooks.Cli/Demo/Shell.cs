using System.Diagnostics;

namespace Runbooks.Cli.Demo;

/// <summary>Runs a system tool to its end, arguments as a list.</summary>
internal static class Shell
{
    /// <summary>Where a tool is; null when it is not installed. Debian leaves the folders of file system tools out of an
    /// ordinary user's PATH.</summary>
    public static string? Find(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Append("/usr/sbin").Append("/sbin")
            .Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists);

    /// <summary>Output of a tool; throws with its words when it fails.</summary>
    public static async Task<string> RunAsync(string tool, IReadOnlyList<string> arguments,
        CancellationToken cancellationToken)
    {
        var (code, text) = await TryAsync(tool, arguments, cancellationToken);
        return code == 0
            ? text
            : throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)} ended with {code}: {text}");
    }

    /// <summary>Exit code and output of a tool.</summary>
    public static async Task<(int Code, string Text)> TryAsync(string tool, IReadOnlyList<string> arguments,
        CancellationToken cancellationToken)
    {
        var info = new ProcessStartInfo(Find(tool) ?? tool)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        using var process = Process.Start(info) ?? throw new InvalidOperationException($"{tool} cannot be started.");
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, (await output + await errors).Trim());
    }
}
