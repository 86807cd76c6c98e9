using System.Diagnostics;

namespace Runbooks.Tests.Integration.PrivateDatabase;

/// <summary>The control plane's own command line as a process, for starts that end by themselves.</summary>
internal static class ControlPlaneProcess
{
    private static readonly string Binary = Path.Combine(AppContext.BaseDirectory, "Runbooks.ControlPlane");

    /// <summary>A process with these arguments; the caller ends it.</summary>
    public static Process Start(IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        var info =
            new ProcessStartInfo(Binary, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables)
        {
            info.Environment[name] = value;
        }

        return Process.Start(info)!;
    }

    /// <summary>Runs a start that must fail with exit code 1; answers what it said on standard error.</summary>
    public static Task<string> RefusedAsync(string code, params string[] arguments) =>
        RefusedAsync(code, new Dictionary<string, string>(), arguments);

    public static async Task<string> RefusedAsync(
        string code, IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        using var process = Start(variables, arguments);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var (exit, errors) = await EndAsync(process);
        Assert.True(exit == 1, $"{exit}: {await output}{errors}");
        Assert.Contains(code, errors, StringComparison.Ordinal);
        Assert.Contains("Cause:", errors, StringComparison.Ordinal);
        Assert.Contains("Correction:", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at Runbooks.", errors, StringComparison.Ordinal);
        return errors;
    }

    /// <summary>Waits for the end of a process within a minute, reading what it says.</summary>
    public static async Task<(int Exit, string Errors)> EndAsync(Process process)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        try
        {
            var errors = await process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, errors);
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
