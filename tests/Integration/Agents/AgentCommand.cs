using System.Diagnostics;

namespace Runbooks.Tests.Integration.Agents;

/// <summary>The agent's own command line as a process.</summary>
internal static class AgentCommand
{
    private static readonly string Binary = Path.Combine(AppContext.BaseDirectory, "Runbooks.SiteAgent");

    /// <summary>Runs a verb to its end; one that does not end within a minute is a failed test.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = await process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>
    /// Runs a verb that must be refused: exit code 1, nothing on the output, code, cause and correction said.
    /// </summary>
    public static async Task<string> RefusedAsync(string code, params string[] arguments)
    {
        var (exit, output, errors) = await RunAsync(arguments);
        Assert.True(exit != 0, $"{string.Join(' ', arguments)} was not refused: {output}");
        Assert.Contains(code, errors, StringComparison.Ordinal);
        Assert.Contains("cause:", errors, StringComparison.Ordinal);
        Assert.Contains("correction:", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at Runbooks.", errors, StringComparison.Ordinal);
        return errors;
    }

    /// <summary>Starts an agent and waits until it says that it runs; the caller kills it.</summary>
    public static async Task<Process> RunningAsync(params string[] arguments)
    {
        var process = Start(["run", .. arguments]);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.Contains("is running", StringComparison.Ordinal))
            {
                // Read on, so that a full pipe never stops the agent.
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return process;
            }
        }

        var errors = await process.StandardError.ReadToEndAsync(limit.Token);
        throw new InvalidOperationException($"The agent ended: {errors}");
    }

    private static Process Start(string[] arguments)
    {
        var info =
            new ProcessStartInfo(Binary, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        return Process.Start(info)!;
    }
}
