using System.ComponentModel;
using System.Diagnostics;

namespace Runbooks.ControlPlane.Storage;

/// <summary>The outcome of one short command: exit code and both streams, whole.</summary>
internal sealed record CommandOutcome(int ExitCode, string Output, string Error)
{
    public bool Succeeded => ExitCode == 0;

    public string Text => (Error.Length > 0 ? Error : Output).Trim();
}

/// <summary>Runs short commands with an argument list (never a shell string) and reads what they say.</summary>
internal static class ShellCommand
{
    public static async Task<CommandOutcome> RunAsync(
        IReadOnlyList<string> command, CancellationToken cancel, Action<string>? onLine = null)
    {
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
        // Messages are recognised by text below (disk full, permission): keep them in one language.
        start.Environment["LC_ALL"] = "C";
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }
        Process process;
        try
        {
            process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        }
        catch (Win32Exception missing)
        {
            return new CommandOutcome(127, "", $"{command[0]}: {missing.Message}");
        }
        using (process)
        {
            process.StandardInput.Close();
            var output = ReadAsync(process.StandardOutput, onLine, cancel);
            var error = ReadAsync(process.StandardError, onLine, cancel);
            try
            {
                await process.WaitForExitAsync(cancel);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
            return new CommandOutcome(process.ExitCode, await output, await error);
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, Action<string>? onLine, CancellationToken cancel)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            lines.Add(line);
            onLine?.Invoke(line);
        }
        return string.Join('\n', lines);
    }
}
