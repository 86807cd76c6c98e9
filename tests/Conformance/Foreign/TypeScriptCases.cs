using System.Text.Json;
using Runbooks.Tests.Conformance.Servers;

namespace Runbooks.Tests.Conformance.Foreign;

/// <summary>
/// The official TypeScript client and worker, scenario by scenario (tests/Conformance/TypeScript), against both servers.
/// </summary>
public sealed class TypeScriptCases(ITestOutputHelper output)
{
    private const int ScenariosMin = 70;
    private static readonly Lazy<Task<string>> Installed = new(InstallAsync);

    public static TheoryData<string> Servers => ServersUnderTest.All;

    [Theory, MemberData(nameof(Servers))]
    public async Task EveryScenario_Passes(string server)
    {
        var address = await ServersUnderTest.Named(server).AddressAsync();
        var folder = await Installed.Value;
        var failed = new List<string>();
        var count = 0;
        var outcome = await ForeignCommand.RunAsync(
            "node", ["run.mjs", address, "default"], folder, TimeSpan.FromMinutes(5), line =>
            {
                if (!line.StartsWith("{\"name\"", StringComparison.Ordinal))
                {
                    return;
                }
                using var report = JsonDocument.Parse(line);
                var name = report.RootElement.GetProperty("name").GetString();
                var passed = report.RootElement.GetProperty("ok").GetBoolean();
                count++;
                output.WriteLine($"{(passed ? "passed" : "FAILED")} {report.RootElement.GetProperty("ms").GetInt64(),6} ms  {name}");
                if (!passed)
                {
                    failed.Add($"{name}: {report.RootElement.GetProperty("error").GetString()}");
                }
            });
        Assert.True(failed.Count == 0, $"{failed.Count} of {count} scenarios failed:\n{string.Join("\n\n", failed)}");
        Assert.True(outcome.ExitCode == 0 && count >= ScenariosMin, $"{count} scenarios reported. {outcome.Error}");
    }

    /// <summary>
    /// Installs by the lock file, once for each state of it. Not <c>npm ci</c>: it wants the optional native packages of
    /// every platform in the lock file, and a mirror may carry only some of them.
    /// </summary>
    private static async Task<string> InstallAsync()
    {
        var folder = Folder();
        var installed = Path.Combine(folder, "node_modules", ".package-lock.json");
        if (File.Exists(installed)
            && File.GetLastWriteTimeUtc(installed) > File.GetLastWriteTimeUtc(Path.Combine(folder, "package-lock.json")))
        {
            return folder;
        }
        ForeignCommand.Outcome outcome;
        try
        {
            outcome = await ForeignCommand.RunAsync("npm", ["ci", "--no-audit"], folder, TimeSpan.FromMinutes(5));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("npm is not installed.");
            throw;
        }
        return outcome.ExitCode == 0
            ? folder
            : throw new InvalidOperationException($"npm ci failed: {outcome.Error}");
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Runbooks.sln")))
            {
                return Path.Combine(folder.FullName, "tests/Conformance/TypeScript");
            }
        }
        Assert.Skip("The sources of the scenarios are not beside the tests.");
        throw new InvalidOperationException();
    }
}
