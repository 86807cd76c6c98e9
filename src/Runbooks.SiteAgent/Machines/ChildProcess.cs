using System.Diagnostics;
using System.Globalization;
using Runbooks.Domain.Errors;
using Runbooks.SiteAgent.Host;

namespace Runbooks.SiteAgent.Machines;

/// <summary>Runs commands as argument lists, never through a shell, with a time limit and a cap on what they print.</summary>
internal static class ChildProcess
{
    /// <summary>Most of a command's output that is kept: 64 KiB.</summary>
    public const int OutputMax = 65536;

    /// <summary>Runs a command to its end; a non-zero exit code is a fault with its output.</summary>
    public static async Task<string> RunAsync(
        IReadOnlyList<string> arguments, TimeSpan within, string stage, CancellationToken cancellationToken)
    {
        using var process = Start(arguments, redirect: true);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(within);
        try
        {
            var output = ReadCappedAsync(process.StandardOutput, limit.Token);
            var errors = ReadCappedAsync(process.StandardError, limit.Token);
            await process.WaitForExitAsync(limit.Token);
            var text = (await output + await errors).Trim();
            return process.ExitCode == 0
                ? text
                : throw new Fault(
                    FaultSide.Workload, stage, $"{arguments[0]} ended with exit code {process.ExitCode}: {text}", isTransient: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new Fault(
                FaultSide.Workload, stage, $"{arguments[0]} did not end within {within.TotalSeconds:0} s and was killed.", isTransient: true);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Starts a command that goes on by itself; its output goes to the log file and its id to the pid file.</summary>
    public static void StartDetached(IReadOnlyList<string> arguments, MachineFiles files, bool dieWithParent)
    {
        // setsid gives it a session of its own; the shell-free redirection is done by the small `sh -c exec` with arguments passed as "$@".
        string[] death = dieWithParent ? ["setpriv", "--pdeathsig", "KILL", "--"] : [];
        string[] wrapped =
        [
            "setsid", .. death, "sh", "-c", "exec \"$@\" >>\"$RUNBOOKS_LOG\" 2>&1 </dev/null", "machine", .. arguments,
        ];
        using var process = Start(wrapped, redirect: false, ("RUNBOOKS_LOG", files.LogFile));
        DurableText.Replace(files.PidFile, process.Id.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The process of a pid file, when it still runs.</summary>
    public static Process? Find(MachineFiles files)
    {
        if (!File.Exists(files.PidFile)
            || !int.TryParse(File.ReadAllText(files.PidFile).Trim(), CultureInfo.InvariantCulture, out var id))
        {
            return null;
        }

        try
        {
            var process = Process.GetProcessById(id);
            return process.HasExited ? null : process;
        }
        catch (ArgumentException)
        {
            // No such process.
            return null;
        }
    }

    /// <summary>Asks a process to end, then ends it.</summary>
    public static async Task<string> StopAsync(MachineFiles files, TimeSpan within, CancellationToken cancellationToken)
    {
        using var process = Find(files);
        if (process is null)
        {
            return "was not running";
        }

        using (var terminate = Start(["kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture)], redirect: false))
        {
            await terminate.WaitForExitAsync(cancellationToken);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(within);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return "stopped";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(cancellationToken);
            return $"killed after {within.TotalSeconds:0} s";
        }
    }

    private static Process Start(IReadOnlyList<string> arguments, bool redirect, params (string Name, string Value)[] environment)
    {
        var info = new ProcessStartInfo(arguments[0])
        {
            UseShellExecute = false,
            RedirectStandardOutput = redirect,
            RedirectStandardError = redirect,
        };
        foreach (var argument in arguments.Skip(1))
        {
            info.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            info.Environment[name] = value;
        }

        try
        {
            return Spawner.Start(info);
        }
        catch (InvalidOperationException e)
        {
            throw new Fault(FaultSide.Workload, "start", e.Message, isTransient: false, e);
        }
    }

    private static async Task<string> ReadCappedAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var buffer = new char[4096];
        var text = new System.Text.StringBuilder();
        for (int read; (read = await reader.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            text.Append(buffer, 0, Math.Min(read, OutputMax - text.Length));
        }

        return text.ToString();
    }
}
