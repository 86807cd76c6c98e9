using System.Security.Cryptography;
using Runbooks.Domain.Errors;

namespace Runbooks.SiteAgent.Machines;

/// <summary>
/// Proves from outside that a drill's machine has no network: by the argument list the kernel has of the running
/// process, and by what the
/// hypervisor's monitor lists. What the driver meant to start is no proof.
/// </summary>
public static class QemuIsolation
{
    // Whatever makes a network adapter or a back end of one; -nic none is the one that forbids the default adapter.
    private static readonly string[] NetworkOptions = ["-nic", "-net", "-netdev"];

    /// <summary>The proof in words; a fault that is not tried again when the machine could reach anything.</summary>
    public static string Prove(string machine, int process, string adapters) =>
        Prove(machine, File.ReadAllBytes($"/proc/{process}/cmdline"), adapters);

    public static string Prove(string machine, byte[] commandLine, string adapters)
    {
        var arguments =
            System.Text.Encoding.UTF8.GetString(commandLine).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        var found = new List<string>();
        for (var i = 0; i < arguments.Length; i++)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : string.Empty;
            if (NetworkOptions.Contains(arguments[i])
                || (arguments[i] == "-device" && value.Contains("net", StringComparison.Ordinal)))
            {
                found.Add($"{arguments[i]} {value}");
            }
        }

        var listsNone = adapters.Replace(" ", string.Empty, StringComparison.Ordinal)
            .Contains("\"return\":[]", StringComparison.Ordinal);
        var hash = Convert.ToHexStringLower(SHA256.HashData(commandLine));
        var named = found.Count == 0 ? "no network option" : string.Join(", ", found);
        return found is ["-nic none"] && listsNone
            ? $"no network adapter: -nic none in the running process's arguments (sha256:{hash}), "
                + "and the monitor lists none"
            : throw new Fault(
                FaultSide.Workload,
                "isolation",
                $"The drill's machine {machine} is not proven isolated: its arguments name {named}; "
                    + $"the monitor lists {adapters.Trim()}",
                isTransient: false);
    }
}
