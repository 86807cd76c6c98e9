using System.Diagnostics;

namespace Runbooks.ControlPlane.Storage;

// One postgres child that cannot outlive its host.
//
//   host ──pipe──> sh (watchdog) ──fork──> postgres
//
// The pipe's only writer is the host. When the host ends in any way, kill -9 included, the kernel closes the pipe, the
// watchdog's read returns and it asks postgres for a fast shutdown (SIGINT). PR_SET_PDEATHSIG is not used: it fires when
// the *thread* that forked ends, and pool threads end at will.
// setsid keeps Ctrl+C at a terminal from reaching postgres before the host has drained.
internal sealed class ServerProcess : IDisposable
{
    private const string Watchdog = """
        exec 3<&0
        log=$1; shift
        "$@" </dev/null 3<&- >"$log" 2>&1 &
        server=$!
        { read -r _ <&3; kill -INT "$server"; } 2>/dev/null &
        reader=$!
        wait "$server"
        code=$?
        kill "$reader" 2>/dev/null
        exit $code
        """;

    private readonly Process _process;

    private ServerProcess(Process process) => _process = process;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public static ServerProcess Start(IEnumerable<string> command, string log)
    {
        var start = new ProcessStartInfo("setsid") { RedirectStandardInput = true, WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C";
        foreach (var argument in new[] { "sh", "-c", Watchdog, "runbooks-postgres", log }.Concat(command))
        {
            start.ArgumentList.Add(argument);
        }
        return new ServerProcess(
            Process.Start(start) ?? throw new InvalidOperationException("The database watchdog did not start."));
    }

    /// <summary>Asks for a fast shutdown (sessions end, data is flushed) and waits for it.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        _process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            // A crash stop loses nothing that was acknowledged: the next start recovers from the log.
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
    }

    public void Dispose() => _process.Dispose();
}
