using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Runbooks.BlockPath.Nbd;
using Runbooks.BlockPath.Storage;

namespace Runbooks.SiteAgent.Commands;

/// <summary>
/// <c>nbd</c>: serves one raw file, with nothing else configured. For foreign test suites, for measuring a single
/// copy, and for an operator who needs to look into an image.
/// </summary>
internal static class NbdCommand
{
    private const int ExitUsage = 2;
    private const int ExitFailed = 1;

    public static Command Create()
    {
        Option<string?> unix = new("--unix") { Description = "Listen on this Unix socket path.", HelpName = "SOCKET" };
        Option<string?> tcp =
            new("--tcp") { Description = "Listen on this address; port 0 picks one.", HelpName = "HOST:PORT" };
        Option<string> file = new("--file") { Description = "Raw image or block device to serve.", Required = true };
        Option<string> export = new("--export")
        {
            Description = "Export name. The empty name always works too.",
            DefaultValueFactory = _ => "disk",
        };
        Option<bool> readOnly = new("--read-only") { Description = "Refuse writes." };
        Option<string?> tls = new("--tls-certificates")
        {
            Description = "Require TLS; folder with ca-cert.pem, server-cert.pem and server-key.pem.",
            HelpName = "FOLDER",
        };
        Command command = new("nbd", "Serve one raw file over NBD.") { unix, tcp, file, export, readOnly, tls };
        command.SetAction((arguments, cancellation) => RunAsync(
            new Request(
                arguments.GetValue(unix),
                arguments.GetValue(tcp),
                arguments.GetRequiredValue(file),
                arguments.GetValue(export) ?? string.Empty,
                arguments.GetValue(readOnly),
                arguments.GetValue(tls)),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Request request, CancellationToken cancellation)
    {
        if (request.Unix is null && request.Tcp is null)
        {
            return Fail(ExitUsage, "give --unix SOCKET, --tcp HOST:PORT, or both");
        }

        IPEndPoint? tcpAddress = null;
        if (request.Tcp is not null && (tcpAddress = TryResolve(request.Tcp)) is null)
        {
            return Fail(ExitUsage, $"'{request.Tcp}' is not HOST:PORT");
        }

        try
        {
            // Signals are taken over before anything is opened, so that an early SIGTERM also ends in order.
            TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
            using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
            using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
            await using CancellationTokenRegistration cancelled = cancellation.Register(() => stop.TrySetResult());
            await ServeAsync(request, tcpAddress, stop.Task);
            return 0;

            void OnSignal(PosixSignalContext signal)
            {
                signal.Cancel = true;
                stop.TrySetResult();
            }
        }
        catch (DiskFault fault)
        {
            return Fail(ExitFailed, fault.Message);
        }
        catch (SocketException refused)
        {
            return Fail(ExitFailed, $"cannot listen on {request.Unix ?? request.Tcp}: {refused.Message}");
        }
        catch (Exception unreadable)
            when (unreadable is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return Fail(ExitFailed, unreadable.Message);
        }
    }

    private static async Task ServeAsync(Request request, IPEndPoint? tcpAddress, Task stop)
    {
        NbdTlsOptions? tls = request.TlsFolder is null ? null : NbdTlsOptions.Load(request.TlsFolder);
        ImageFile file = LinuxFileSystem.OpenImage(
            request.File, request.IsReadOnly ? OpenMode.ReadOnly : OpenMode.Existing);
        using ImageTarget target = new(file, isReadOnly: request.IsReadOnly);
        NbdExportTable exports = new() { DefaultName = ExportName(request) };
        using NbdExport export = new(ExportName(request), target, Path.GetFileName(request.File));
        exports.TryAdd(export);
        await using NbdServer server = new(exports, new NbdServerOptions { Tls = tls });
        if (tcpAddress is not null)
        {
            await Console.Out.WriteLineAsync($"listening on nbd://{server.Listen(tcpAddress)}/{export.Name}");
        }

        if (request.Unix is not null)
        {
            server.Listen(new UnixDomainSocketEndPoint(request.Unix));
            await Console.Out.WriteLineAsync($"listening on nbd+unix:///{export.Name}?socket={request.Unix}");
        }

        await stop;
        await server.StopAsync();
        if (!request.IsReadOnly && !file.IsPoisoned)
        {
            // Nothing acknowledged with FUA or FLUSH needs this; it spares an operator a surprise after an orderly
            // stop.
            file.Flush();
        }
    }

    private static string ExportName(Request request) => request.Export.Length == 0 ? "disk" : request.Export;

    private static IPEndPoint? TryResolve(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), out ushort port))
        {
            return null;
        }

        string host = text[..colon].Trim('[', ']');
        if (host is "" or "*")
        {
            return new IPEndPoint(IPAddress.IPv6Any, port);
        }

        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            return new IPEndPoint(address, port);
        }

        try
        {
            return new IPEndPoint(Dns.GetHostAddresses(host)[0], port);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static int Fail(int code, string message)
    {
        Console.Error.WriteLine($"nbd: {message}");
        return code;
    }

    private sealed record Request(
        string? Unix, string? Tcp, string File, string Export, bool IsReadOnly, string? TlsFolder);
}
