using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Runbooks.Tests.Integration.Cli;

/// <summary>
/// <c>up</c> as a person uses it: it starts everything, later commands find it, Ctrl-C leaves nothing running.
/// </summary>
public sealed class UpTests : IDisposable
{
    // Open to walk through: under root the database runs as another account, and temporary folders are closed to it.
    private readonly string _folder = Directory.CreateDirectory(
        Path.Combine(Path.GetTempPath(), $"rb-up-{Guid.NewGuid():N}"[..20])).FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Up_ToldItsContextFile_LeavesTheContextThereAndStopsWhole()
    {
        var context = Path.Combine(_folder, "mine", "context.json");
        var home = Path.Combine(_folder, "home");
        var cli = new CliProcess("", "") with
        {
            Variables = new Dictionary<string, string>
            {
                ["RUNBOOKS_API"] = "", ["RUNBOOKS_TOKEN"] = "", ["RUNBOOKS_CONTEXT"] = context,
                    ["XDG_CONFIG_HOME"] = home,
            },
        };
        using (var up =
            cli.Start("up", "--data", Path.Combine(_folder, "data"), "--sites", "left,right", "--free-ports"))
        {
            await SaysAsync(up, "running;");
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(context));
            Assert.False(Directory.Exists(home), "the user's own context was touched");
            var sites = await cli.RunAsync("site", "list", "-o", "json");
            Assert.True(sites.Code == 0, sites.Errors);
            Assert.Equal(
                ["left", "right"], JsonNode.Parse(sites.Output)!["items"]!.AsArray().Select(s => (string?)s!["id"])
                    .Order());

            var second = await cli.RunAsync("up", "--data", Path.Combine(_folder, "data"));
            Assert.Equal(1, second.Code);
            Assert.Contains("Another 'runbooks up' works on", second.Errors, StringComparison.Ordinal);
            Assert.Contains("--data", second.Errors, StringComparison.Ordinal);

            var started = Descendants(up.Id);
            Assert.NotEmpty(started);
            using (var terminate = Process.Start("kill", ["-TERM", $"{up.Id}"]))
            {
                await terminate.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            await SaysAsync(up, "stopped;");
            await up.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, up.ExitCode);
            Assert.DoesNotContain(started, IsRunning);
        }

        var nobody = await cli.RunAsync("site", "list");
        Assert.Equal(4, nobody.Code);
        Assert.Contains("runbooks up", nobody.Errors, StringComparison.Ordinal);
    }

    private static async Task SaysAsync(Process process, string text)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(120));
        var said = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            said.Add(line);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"it ended: {string.Join('\n', said)}\n{await process.StandardError.ReadToEndAsync(limit.Token)}");
    }

    private static List<int> Descendants(int process) =>
    [
        .. from folder in Directory.EnumerateDirectories("/proc")
           where int.TryParse(Path.GetFileName(folder), out _)
           let child = int.Parse(Path.GetFileName(folder))
           where ParentOf(child) == process
           from one in (int[])[child, .. Descendants(child)]
           select one,
    ];

    private static int ParentOf(int process)
    {
        try
        {
            // The name in brackets may hold anything; what follows it is "state parent …".
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static bool IsRunning(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
