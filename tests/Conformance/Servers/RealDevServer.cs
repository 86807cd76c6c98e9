using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Runbooks.Temporal.Client;

namespace Runbooks.Tests.Conformance.Servers;

/// <summary>
/// The official dev server: the one at TEMPORAL_ADDRESS, or one started from TEMPORAL_CLI, PATH or the tools folder
/// beside the repository. One per test process, in memory, without a user interface, on a free port. It dies with the
/// test process, even when that is killed: the kernel sends the signal (setpriv --pdeathsig).
/// </summary>
internal sealed class RealDevServer : ServerUnderTest
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private readonly Lazy<Task<string?>> address = new(StartAsync);

    public override string Name => "real dev server";

    public override async Task<string> AddressAsync()
    {
        var found = await address.Value;
        Assert.SkipWhen(found == null, "No temporal binary: set TEMPORAL_ADDRESS or TEMPORAL_CLI.");
        return found!;
    }

    /// <summary>The official command line, also a client in its own right; null when absent.</summary>
    internal static string? FindBinary()
    {
        var candidates = new List<string?> { Environment.GetEnvironmentVariable("TEMPORAL_CLI") };
        candidates.AddRange((Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "temporal")));
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Runbooks.sln")))
            {
                candidates.Add(Path.Combine(folder.FullName, "../shared/tools/temporal/temporal"));
            }
        }

        return candidates.FirstOrDefault(File.Exists);
    }

    private static async Task<string?> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("TEMPORAL_ADDRESS") is { Length: > 0 } given)
        {
            return given;
        }

        if (FindBinary() is not { } binary)
        {
            return null;
        }

        var port = FreePort();
        string[] arguments =
        [
            "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", $"{port}", "--log-level", "never",
            "--dynamic-config-value", "history.workflowIdReuseMinimalInterval=\"0s\"",
            "--dynamic-config-value", "frontend.persistenceMaxQPS=100000",
        ];
        const string SetPriv = "/usr/bin/setpriv";
        var start = File.Exists(SetPriv)
            ? new ProcessStartInfo(SetPriv, ["--pdeathsig", "KILL", binary, .. arguments])
            : new ProcessStartInfo(binary, arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var process = StartOnLastingThread(start);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => process.Kill(entireProcessTree: true);
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var address = $"127.0.0.1:{port}";
        await WaitUntilServingAsync(address, process);
        return address;
    }

    /// <summary>The kernel ties the death signal to the thread that forked, so that thread must live as long as the
    /// test process; a pool thread may not.</summary>
    private static Process StartOnLastingThread(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>();
        var thread = new Thread(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }

            Thread.Sleep(Timeout.Infinite);
        })
        {
            IsBackground = true,
            Name = "dev server's parent",
        };
        thread.Start();
        return started.Task.GetAwaiter().GetResult();
    }

    private static async Task WaitUntilServingAsync(string address, Process process)
    {
        using var giveUp = new CancellationTokenSource(StartTimeout);
        using var connection = TemporalConnection.CreateLazy(new(address));
        while (true)
        {
            try
            {
                if (await connection.CheckHealthAsync() && await HasNamespaceAsync(connection))
                {
                    return;
                }
            }
            catch (Runbooks.Temporal.Exceptions.RpcException) when (!process.HasExited)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), giveUp.Token);
        }
    }

    private static async Task<bool> HasNamespaceAsync(TemporalConnection connection)
    {
        await connection.WorkflowService.DescribeNamespaceAsync(new() { Namespace = "default" });
        return true;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
