using System.Diagnostics;

namespace Runbooks.Tests.Integration.Nbd;

/// <summary>The agent's nbd verb as a process of its own, serving one image in a folder of its own.</summary>
internal sealed class ServedImage : IAsyncDisposable
{
    private readonly Process _process;

    private ServedImage(Process process, string folder, string tcp)
    {
        _process = process;
        Folder = folder;
        TcpUri = tcp;
    }

    public string Folder { get; }

    public string Image => Path.Combine(Folder, "disk.img");

    public string Socket => Path.Combine(Folder, "s.sock");

    public string Uri => $"nbd+unix:///?socket={Socket}";

    /// <summary>As printed by the agent: nbd://127.0.0.1:PORT/disk.</summary>
    public string TcpUri { get; }

    public static string AgentPath => Path.Combine(AppContext.BaseDirectory, "Runbooks.SiteAgent");

    public static string NewFolder() => Directory.CreateTempSubdirectory("rb-nbd-").FullName;

    /// <summary>Starts on a sparse image of that size, or on what the folder already holds.</summary>
    /// <param name="size">Bytes.</param>
    /// <param name="folder">An existing folder, deleted at the end.</param>
    /// <param name="wrapper">A program that runs the agent (strace with its options).</param>
    /// <param name="options">More options of the verb.</param>
    public static async Task<ServedImage> StartAsync(
        long size, string? folder = null, string[]? wrapper = null, params string[] options)
    {
        folder ??= NewFolder();
        string image = Path.Combine(folder, "disk.img");
        if (!File.Exists(image))
        {
            using FileStream made = File.Create(image);
            made.SetLength(size);
        }

        string[] command =
        [
            .. wrapper ?? [], AgentPath, "nbd", "--unix", Path.Combine(folder, "s.sock"), "--tcp", "127.0.0.1:0",
                "--file", image,
            .. options,
        ];
        Process process = Process.Start(new ProcessStartInfo(command[0],
            command[1..]) { RedirectStandardOutput = true })!;
        string tcp = await LineAsync(process);
        await LineAsync(process);
        return new ServedImage(process, folder, tcp["listening on ".Length..]);
    }

    /// <summary>Ends the agent as an init system would and returns its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        // The wrapper passes no signals on; the agent is its child then.
        int target = _process.Id;
        string children = $"/proc/{_process.Id}/task/{_process.Id}/children";
        if (File.Exists(children) && !_process.ProcessName.StartsWith("Runbooks", StringComparison.Ordinal))
        {
            string[] ids = (await File.ReadAllTextAsync(children)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            target = ids.Length > 0 ? int.Parse(ids[0]) : target;
        }

        await Tool.RunAsync("kill", "-TERM", target.ToString());
        await _process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(90)).Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static async Task<string> LineAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync(new CancellationTokenSource(TimeSpan.FromSeconds(90)).Token)
        ?? throw new InvalidOperationException($"The agent ended with {process.ExitCode} before it listened.");
}
