using System.Diagnostics;

namespace Runbooks.Tests.Integration.Nbd;

/// <summary>Runs a foreign program; a test that needs one that is not installed is skipped with its name.</summary>
internal static class Tool
{
    public static async Task<(int Exit, string Output)> RunAsync(string program, params string[] arguments)
    {
        string path = Find(program);
        ProcessStartInfo start = new(path, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end.");
        }

        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Runs and expects success.</summary>
    public static async Task<string> MustAsync(string program, params string[] arguments)
    {
        (int exit, string output) = await RunAsync(program, arguments);
        Assert.True(exit == 0, $"{program} {string.Join(' ', arguments)} ended with {exit}: {output}");
        return output;
    }

    public static string Find(string program)
    {
        foreach (string folder in new[] { "/usr/bin", "/usr/sbin", "/bin", "/usr/local/bin" })
        {
            string path = Path.Combine(folder, program);
            if (File.Exists(path))
            {
                return path;
            }
        }

        Assert.Skip($"{program} is not installed");
        return string.Empty;
    }

    /// <summary>
    /// Runs a script with the system's python, which is where the distribution installs the libnbd binding.
    /// </summary>
    public static async Task<string> PythonNbdAsync(string script, params string[] arguments)
    {
        (int missing, _) = await RunAsync("python3", "-c", "import nbd");
        if (missing != 0)
        {
            Assert.Skip("python3-libnbd is not installed");
        }

        return await MustAsync("python3", ["-c", script, .. arguments]);
    }
}
