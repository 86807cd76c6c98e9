using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Runbooks.Cli.Stack;

/// <summary>
/// The ports of a lasting stack. They are kept in its folder, because agents remember where the control plane is, and
/// links where their peer is.
/// </summary>
internal static class StackPorts
{
    private static readonly int[] Shared = [7780, 7781, 7233];

    /// <summary>The folder's ports, or on its first start the usual ones (or free ones), in the order of <see
    /// cref="StackOptions.Ports"/>.</summary>
    public static int[] Of(string folder, IReadOnlyList<string> sites, bool free)
    {
        var file = Path.Combine(folder, "ports.json");
        var ports = File.Exists(file) ? JsonSerializer.Deserialize<int[]>(File.ReadAllText(file))! : [];
        if (ports.Length < 3 + (3 * sites.Count))
        {
            ports = [.. ports, .. (free ? FreePorts.Take(3 + (3 * sites.Count))
                : Usual(sites.Count)).Skip(ports.Length)];
            File.WriteAllText(file, JsonSerializer.Serialize(ports));
        }

        RequireFree(ports, sites, file);
        return ports;
    }

    // 7780 API, 7781 agents, 7233 engine; then NBD 10809…, links 7790… and 7890… for each site.
    private static int[] Usual(int sites) =>
        [.. Shared, .. Enumerable.Range(0, sites).SelectMany(i => new[] { 10809 + i, 7790 + i, 7890 + i })];

    private static void RequireFree(int[] ports, IReadOnlyList<string> sites, string file)
    {
        string[] names = ["API", "agents", "engine",
            .. sites.SelectMany(s => new[] { $"NBD of {s}", $"links of {s}", $"line of {s}" })];
        var used = ports.Zip(names).Where(p => !IsFree(p.First)).Select(p => $"{p.First} ({p.Second})").ToList();
        if (used.Count > 0)
        {
            throw new StackException(
                $"Ports are in use: {string.Join(", ", used)}.\n  Cause: another stack or program listens there.\n"
                + $"  Correction: stop it, or start on another folder with --data DIR --free-ports. This folder's "
                + $"ports are in {file}.");
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
