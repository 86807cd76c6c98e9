using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;

namespace Runbooks.Tests.Integration.Replication;

/// <summary>One real agent process on a folder of its own; ports are chosen at the first start and kept over restarts.</summary>
internal sealed class AgentProcess(string site, string folder) : IDisposable
{
    private static readonly string Binary = Path.Combine(AppContext.BaseDirectory, "Runbooks.SiteAgent");
    private readonly string log = Path.Combine(folder, "agent.log");
    private Process? process;
    private bool isUnderTool;

    public string Site { get; } = site;

    public string Folder { get; } = folder;

    public int WanPort { get; private set; }

    public int NbdPort { get; private set; }

    public string Wan => $"127.0.0.1:{WanPort}";

    public string Log => File.Exists(log) ? File.ReadAllText(log) : string.Empty;

    public int ProcessId => process!.Id;

    /// <summary>Starts and waits until the admin socket answers.</summary>
    /// <param name="under">A tool to run the agent under (strace), with its arguments.</param>
    public async Task StartAsync(params string[] under)
    {
        Directory.CreateDirectory(Folder);
        isUnderTool = under.Length > 0;
        string[] agent =
        [
            Binary, "run", "--data", Folder, "--site", Site,
            "--wan", $"127.0.0.1:{WanPort}", "--nbd", $"127.0.0.1:{NbdPort}",
            .. ConfigurationOfBoot(),
        ];
        string[] all = [.. under, .. agent];
        var command = string.Join(' ', all.Select(a => $"'{a}'"));
        process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec {command} >> '{log}' 2>&1"]))!;
        var status = await WaitForAsync(s => true, TimeSpan.FromSeconds(60));
        NbdPort = PortOf(status.GetProperty("nbdAddress"));
        WanPort = PortOf(status.GetProperty("wanAddress"));
    }

    /// <summary>
    /// What the agent takes for the kernel's boot id; the kernel's own while null. A new one at a start is a power
    /// cut before it.
    /// </summary>
    public string? BootId { get; set; }

    /// <summary>kill -9, as a power cut of the process.</summary>
    public void Kill()
    {
        process!.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{AgentUnder(process!.Id)}"]);
        await process.WaitForExitAsync();
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", process!.Id.ToString()]);
        kill.WaitForExit();
    }

    /// <summary>Runs a verb and returns its JSON; a refusal is an exception with its text.</summary>
    public async Task<JsonElement> RunAsync(params string[] verb)
    {
        var start = new ProcessStartInfo(Binary, [.. verb, "--data", Folder])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var run = Process.Start(start)!;
        var errors = run.StandardError.ReadToEndAsync();
        var output = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();
        return run.ExitCode == 0
            ? JsonSerializer.Deserialize<JsonElement>(output)
            : throw new InvalidOperationException(await errors);
    }

    /// <summary>The status document, straight from the admin socket.</summary>
    public async Task<JsonElement> StatusAsync()
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(Folder, "admin.sock")), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        client.Timeout = TimeSpan.FromSeconds(10);
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(await client.GetStringAsync("http://agent/v1/status"));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            throw new InvalidOperationException(e.Message, e);
        }
    }

    /// <summary>Waits until the status is as wanted; a time-out shows the last status and the log.</summary>
    public async Task<JsonElement> WaitForAsync(Func<JsonElement, bool> wanted, TimeSpan atMost)
    {
        var deadline = Stopwatch.GetTimestamp();
        var last = "no answer";
        while (Stopwatch.GetElapsedTime(deadline) < atMost)
        {
            try
            {
                var status = await StatusAsync();
                last = status.ToString();
                if (wanted(status))
                {
                    return status;
                }
            }
            catch (InvalidOperationException e)
            {
                last = e.Message;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"{Site} did not get there.\nlast: {last}\nlog: {Log}");
    }

    /// <summary>
    /// Waits until the log has a text: what the agent has done and what it has said of it are two moments.
    /// </summary>
    public Task SaidAsync(string text) =>
        WaitForAsync(_ => Log.Contains(text, StringComparison.Ordinal), TwoSites.Patience);

    public static JsonElement Volume(JsonElement status) => status.GetProperty("volumes")[0];

    public static JsonElement Link(JsonElement status) => Volume(status).GetProperty("links")[0];

    public static bool IsInSync(JsonElement status) =>
        Link(status).GetProperty("state").GetString() == "in-sync" && Link(status).GetProperty("isComplete").GetBoolean();

    public static bool IsOpen(JsonElement status) => Volume(status).GetProperty("isOpen").GetBoolean();

    public void Dispose()
    {
        if (process is { HasExited: false })
        {
            Signal("CONT");
            Kill();
        }

        process?.Dispose();
    }

    // A tool that runs the agent ends, and writes what it has, when the agent does.
    private int AgentUnder(int id) =>
        isUnderTool && File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' ') is [{ Length: > 0 } child, ..]
            ? int.Parse(child)
            : id;

    private string[] ConfigurationOfBoot()
    {
        if (BootId is null)
        {
            return [];
        }

        var (file, id) = (Path.Combine(Folder, "agent.json"), Path.Combine(Folder, "boot_id"));
        File.WriteAllText(id, BootId);
        File.WriteAllText(file, JsonSerializer.Serialize(new { site = Site, bootIdFile = id }));
        return ["--config", file];
    }

    private static int PortOf(JsonElement address) => int.Parse(address.GetString()!.Split(':')[^1]);
}
