using System.Net;
using System.Net.Sockets;

namespace Runbooks.Cli.Stack;

/// <summary>Ports that nobody uses now, each handed out once by this process.</summary>
internal static class FreePorts
{
    /// <summary>
    /// Takes several at once and holds them all until the last is found, so that no two are the same.
    /// </summary>
    public static int[] Take(int count)
    {
        var held = new List<TcpListener>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start();
                held.Add(listener);
            }

            return [.. held.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        }
        finally
        {
            held.ForEach(l => l.Dispose());
        }
    }
}
