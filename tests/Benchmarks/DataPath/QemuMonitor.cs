using System.Net.Sockets;
using System.Text.Json;

namespace Runbooks.Tests.Benchmarks.DataPath;

/// <summary>QEMU's control protocol: JSON lines over a Unix socket, answers between events.</summary>
internal sealed class QemuMonitor : IDisposable
{
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;

    private QemuMonitor(NetworkStream stream)
    {
        _reader = new StreamReader(stream);
        _writer = new StreamWriter(stream) { AutoFlush = true };
    }

    public static async Task<QemuMonitor> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        var monitor = new QemuMonitor(new NetworkStream(socket, ownsSocket: true));
        await monitor.ExecuteAsync("qmp_capabilities");
        return monitor;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
    }

    public async Task<JsonElement> ExecuteAsync(string command, Dictionary<string, object>? arguments = null)
    {
        await _writer.WriteLineAsync(JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["execute"] = command, ["arguments"] = arguments ?? [],
        }));
        while (await _reader.ReadLineAsync() is { } line)
        {
            var answer = JsonSerializer.Deserialize<JsonElement>(line);
            if (answer.TryGetProperty("return", out var result))
            {
                return result;
            }

            if (answer.TryGetProperty("error", out var error))
            {
                throw new InvalidOperationException($"{command}: {error}");
            }
        }

        throw new IOException($"QEMU went away at {command}.");
    }
}
