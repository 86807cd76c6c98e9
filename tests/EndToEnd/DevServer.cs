using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Runbooks.Tests.EndToEnd;

/// <summary>The official development server, as a process of its own, or one that is given.</summary>
internal sealed class DevServer : IDisposable
{
    private readonly Process? process;

    private DevServer(string address, Process? process)
    {
        Address = address;
        this.process = process;
    }

    public string Address { get; }

    /// <summary>Starts one; null when there is no binary.</summary>
    public static async Task<DevServer?> TryStartAsync()
    {
        if (Environment.GetEnvironmentVariable("TEMPORAL_ADDRESS") is { Length: > 0 } given)
        {
            return new DevServer(given, null);
        }

        if (Binary() is not { } binary)
        {
            return null;
        }

        var port = FreePort();
        var start = new ProcessStartInfo(binary)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in new[]
        {
            "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", $"{port}", "--log-level", "error",
        })
        {
            start.ArgumentList.Add(argument);
        }

        var server = new DevServer($"127.0.0.1:{port}", Process.Start(start));
        server.process!.BeginOutputReadLine();
        server.process.BeginErrorReadLine();
        for (var tries = 0; tries < 300; tries++)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return server;
            }
            catch (SocketException)
            {
                await Task.Delay(100);
            }
        }

        server.Dispose();
        throw new TimeoutException("The development server did not open its port within 30 s.");
    }

    public void Dispose()
    {
        if (process is { HasExited: false })
        {
            process.Kill(entireProcessTree: true);
        }

        process?.Dispose();
    }

    private static string? Binary()
    {
        string?[] candidates =
        [
            Environment.GetEnvironmentVariable("TEMPORAL_CLI"),
            .. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':')
                .Select(f => Path.Combine(f, "temporal")),
            Path.Combine(RepositoryRoot.Path, "..", "shared", "tools", "temporal", "temporal"),
        ];
        return candidates.FirstOrDefault(c => c is not null && File.Exists(c));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
