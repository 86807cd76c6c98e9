using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Runbooks.Tests.Benchmarks.Processes;

/// <summary>
/// A server that lives as long as the benchmark needs it. Ports are watched in /proc, not connected to: a probing
/// connection is a client, and not every server takes one lightly.
/// </summary>
internal sealed class Daemon : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly double TicksPerSecond = 100;
    private readonly Process _process;
    private readonly string _log;

    private Daemon(Process process, string log) => (_process, _log) = (process, log);

    /// <summary>User and system time of all threads so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{_process.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromSeconds((Number(fields[11]) + Number(fields[12])) / TicksPerSecond);
        }
    }

    /// <summary>Starts; returns when <paramref name="ready"/> says so.</summary>
    public static async Task<Daemon> StartAsync(
        string log, Func<Task<bool>> ready, string program, params string[] arguments)
    {
        string[] command = Tools.Find("setpriv") is { } setpriv
            ? [setpriv, "--pdeathsig", "KILL", program, .. arguments]
            : [program, .. arguments];
        var quoted = string.Join(' ', command.Select(word => $"'{word}'"));
        var daemon = new Daemon(
            await Nursery.StartAsync(new ProcessStartInfo("/bin/sh", ["-c", $"exec {quoted} >> '{log}' 2>&1"])), log);
        var began = Stopwatch.GetTimestamp();
        while (!await ready())
        {
            if (daemon._process.HasExited || Stopwatch.GetElapsedTime(began) > StartLimit)
            {
                await daemon.DisposeAsync();
                throw new InvalidOperationException($"{program} does not serve: {File.ReadAllText(log)}");
            }

            await Task.Delay(20);
        }

        return daemon;
    }

    public static Func<Task<bool>> Listening(int port) => () => Task.FromResult(IsListening(port));

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await kill.WaitForExitAsync();
            try
            {
                await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
            }
            catch (TimeoutException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }
        }

        _process.Dispose();
    }

    private static bool IsListening(int port)
    {
        var wanted = $":{port:X4} ";
        return new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(File.ReadLines).Any(line =>
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields.Length > 3 && (fields[1] + " ").EndsWith(wanted, StringComparison.Ordinal)
                && fields[3] == "0A";
        });
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
