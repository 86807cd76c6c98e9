using System.Diagnostics;

namespace Runbooks.Tests.Conformance.Foreign;

/// <summary>Runs somebody else's program to its end and keeps what it says.</summary>
internal static class ForeignCommand
{
    public sealed record Outcome(int ExitCode, string Output, string Error);

    public static async Task<Outcome> RunAsync(
        string program, IEnumerable<string> arguments, string folder, TimeSpan limit, Action<string>? onLine = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(limit);
        var error = process.StandardError.ReadToEndAsync(timeout.Token);
        var lines = new List<string>();
        try
        {
            while (await process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
            {
                lines.Add(line);
                onLine?.Invoke(line);
            }
            await process.WaitForExitAsync(timeout.Token);
            return new Outcome(process.ExitCode, string.Join('\n', lines), await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
