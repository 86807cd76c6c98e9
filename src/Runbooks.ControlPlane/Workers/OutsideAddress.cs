using System.Net;
using System.Net.Sockets;
using Runbooks.Domain.Errors;

namespace Runbooks.ControlPlane.Workers;

/// <summary>
/// Where a step may call. A name is resolved once, every address is checked, and the checked address is the one dialled:
/// a second look-up could give another answer.
/// </summary>
public static class OutsideAddress
{
    /// <summary>
    /// A client whose every connection is dialled here: no redirect, no proxy, no kept connection of another address.
    /// </summary>
    public static HttpClient Client(IReadOnlyList<string> allow, TimeSpan timeout) => new(new SocketsHttpHandler
    {
        // A redirect would leave the checked address, a proxy would make the check ours no longer.
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        ConnectCallback = (context, cancel) => DialAsync(context.DnsEndPoint, allow, cancel),
    })
    {
        Timeout = timeout,
        MaxResponseContentBufferSize = 1 << 20,
    };

    /// <param name="allow">Hosts (<c>name</c> or <c>name:port</c>) that may be private or local.</param>
    public static async ValueTask<Stream> DialAsync(DnsEndPoint target, IReadOnlyList<string> allow, CancellationToken cancel)
    {
        var addresses = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(target.Host, cancel);
        var listed = allow.Contains(target.Host) || allow.Contains($"{target.Host}:{target.Port}");
        var address = addresses.FirstOrDefault(a => listed || IsPublic(a)) ?? throw new RefusalException(new Refusal(
            "RB-HTTP-002", $"Calls to {target.Host} are not allowed.",
            "It is a private, local or link-local address and not on the allow-list.",
            $"Start the control plane with --http-allow {target.Host}:{target.Port} if runbooks may call it."));
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, target.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static bool IsPublic(IPAddress given)
    {
        var address = given.IsIPv4MappedToIPv6 ? given.MapToIPv4() : given;
        if (IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6SiteLocal || address.IsIPv6UniqueLocal
            || address.IsIPv6Multicast || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            return false;
        }

        var b = address.GetAddressBytes();
        return address.AddressFamily != AddressFamily.InterNetwork
            || !(b[0] is 0 or 10 or 127 or >= 224 || (b[0] == 172 && b[1] is >= 16 and < 32) || (b[0] == 192 && b[1] == 168)
                || (b[0] == 169 && b[1] == 254) || (b[0] == 100 && b[1] is >= 64 and < 128));
    }
}
