using System.Diagnostics;

namespace Runbooks.Cli.Stack;

/// <summary>
/// One process of the stack. The kernel kills it when this program dies, however it dies, so nothing is left running;
/// its output goes to a
/// log file.
/// </summary>
internal sealed class Child : IDisposable
{
    private readonly Process process;
    private readonly StreamWriter log;
    private readonly Lock gate = new();
    private readonly List<string> tail = [];
    private long saidAt = Stopwatch.GetTimestamp();

    private Child(string name, Process process, string logFile)
    {
        Name = name;
        this.process = process;
        LogFile = logFile;
        log = new StreamWriter(new FileStream(logFile, FileMode.Append, FileAccess.Write,
            FileShare.Read)) { AutoFlush = true };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Each line of output as it comes.</summary>
    public event Action<string>? Said;

    public string Name { get; }

    public string LogFile { get; }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

    /// <summary>How long it has said nothing.</summary>
    public TimeSpan SilentFor => Stopwatch.GetElapsedTime(Interlocked.Read(ref saidAt));

    /// <summary>The last lines, for messages.</summary>
    public string Tail
    {
        get
        {
            lock (gate)
            {
                return string.Join('\n', tail);
            }
        }
    }

    /// <summary>Starts a .NET program of ours.</summary>
    public static Child StartDotnet(string name, string dll, IEnumerable<string> arguments, string logFile) =>
        Start(name,
            [Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet", dll,
                .. arguments], logFile);

    /// <summary>Starts a program.</summary>
    public static Child Start(string name, IReadOnlyList<string> command, string logFile)
    {
        // setpriv sets the parent-death signal and becomes the program: no shell, and the process id is the program's
        // own.
        var info =
            new ProcessStartInfo("setpriv") { RedirectStandardOutput = true, RedirectStandardError = true,
                UseShellExecute = false };
        string[] prefix = ["--pdeathsig", "KILL", "--"];
        foreach (var argument in prefix.Concat(command))
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment["DOTNET_NOLOGO"] = "1";
        return new Child(name, Spawner.Start(info), logFile);
    }

    /// <summary>kill -9: nothing gets a chance to tidy up.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Asks it to end, then ends it.</summary>
    public async Task StopAsync(TimeSpan within)
    {
        if (process.HasExited)
        {
            return;
        }

        using (var terminate = Process.Start("kill", ["-TERM", $"{process.Id}"]))
        {
            await terminate.WaitForExitAsync();
        }

        using var limit = new CancellationTokenSource(within);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
        }
    }

    public async Task WaitAsync(CancellationToken cancellationToken) =>
        await process.WaitForExitAsync(cancellationToken);

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
        lock (gate)
        {
            log.Dispose();
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        Interlocked.Exchange(ref saidAt, Stopwatch.GetTimestamp());
        lock (gate)
        {
            tail.Add(line);
            if (tail.Count > 20)
            {
                tail.RemoveAt(0);
            }

            if (log.BaseStream.CanWrite)
            {
                log.WriteLine(line);
            }
        }

        Said?.Invoke(line);
    }
}
