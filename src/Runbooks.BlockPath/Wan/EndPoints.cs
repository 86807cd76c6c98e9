using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Runbooks.BlockPath.Wan;

/// <summary>
/// Reads <c>host:port</c>, <c>[v6]:port</c> and <c>:port</c>; names
/// are resolved each time, because failover moves them.
/// </summary>
public static class EndPoints
{
    /// <summary>False when the text has no such shape or the name does not resolve now.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out IPEndPoint? end)
    {
        end = null;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (text is null || colon < 0 || !int.TryParse(text.AsSpan(colon + 1), out var port) || port is < 0 or > 65535)
        {
            return false;
        }

        var host = text[..colon].Trim('[', ']');
        if (host.Length == 0)
        {
            end = new IPEndPoint(IPAddress.Any, port);
            return true;
        }

        if (IPAddress.TryParse(host, out var address))
        {
            end = new IPEndPoint(address, port);
            return true;
        }

        try
        {
            var found = Dns.GetHostAddresses(host);
            if (found.Length > 0)
            {
                end = new IPEndPoint(found[0], port);
            }
        }
        catch (SocketException)
        {
            // Not resolvable now; the caller tries again later.
            return false;
        }

        return end is not null;
    }
}
