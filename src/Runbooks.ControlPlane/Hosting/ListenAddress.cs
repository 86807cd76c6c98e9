using System.Globalization;
using System.Net;

namespace Runbooks.ControlPlane.Hosting;

/// <summary>Where a listener binds: <c>HOST:PORT</c>, port 0 for any free one.</summary>
public sealed record ListenAddress(IPAddress Address, int Port)
{
    public bool IsLoopback => IPAddress.IsLoopback(Address);

    public static ListenAddress Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        var host = colon > 0 ? text[..colon].Trim('[', ']') : "";
        var address = host switch
        {
            "localhost" => IPAddress.Loopback,
            "*" => IPAddress.Any,
            _ => IPAddress.TryParse(host, out var parsed) ? parsed : null,
        };
        if (address is null || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > IPEndPoint.MaxPort)
        {
            throw new FormatException($"'{text}' is not ADDRESS:PORT, such as 127.0.0.1:7780 or 0.0.0.0:7780.");
        }

        return new ListenAddress(address, port);
    }

    public override string ToString() => new IPEndPoint(Address, Port).ToString();
}
