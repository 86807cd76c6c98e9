using System.Diagnostics;
using System.Text.Json;

namespace Runbooks.Tests.EndToEnd;

/// <summary>The README's first command, as a stranger types it, and what its report must say.</summary>
internal static class Demo
{
    private static readonly TimeSpan DemoWithin = TimeSpan.FromMinutes(8);

    public static void RequireStory(string folder, int exitCode, string output, string engine)
    {
        Assert.True(exitCode == 0, output);
        using var demo = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "demo.json")));
        var root = demo.RootElement;
        Assert.Equal(engine, root.GetProperty("engine").GetString());
        Assert.Equal(0, root.GetProperty("lostWrites").GetInt64());
        Assert.Equal(0, root.GetProperty("residue").GetInt32());
        Assert.True(root.GetProperty("auditVerified").GetBoolean());
        Assert.True(root.GetProperty("acknowledgedWrites").GetInt64() > 1000);
        Assert.InRange(root.GetProperty("catchUpBytes").GetInt64(), 1, root.GetProperty("fullBytes").GetInt64() / 4);
        var claims = root.GetProperty("claims").EnumerateArray().ToList();
        Assert.True(claims.Count >= 20);
        Assert.All(claims, c => Assert.True(c.GetProperty("held").GetBoolean(), c.ToString()));
        Assert.NotEmpty(Directory.EnumerateFiles(folder, "run_*.html"));
    }

    public static async Task<(int ExitCode, string Output)> RunAsync(string report, params string[] more)
    {
        var cli =
            Path.Combine(RepositoryRoot.Path, "src", "Runbooks.Cli", "bin", "Debug", "net10.0", "Runbooks.Cli.dll");
        Assert.True(File.Exists(cli), $"{cli} is missing: build the solution first");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { cli, "demo", "--report", report }.Concat(more))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var limit = new CancellationTokenSource(DemoWithin);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }
}
