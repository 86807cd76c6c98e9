using System.Globalization;
using System.Text.RegularExpressions;

namespace Runbooks.Tests.Integration.Replication;

/// <summary>One system call as strace saw it: when it began and ended on the clock that both agents share.</summary>
internal sealed record Syscall(string Name, string Line, double Began, double Ended);

/// <summary>
/// What <c>strace -ff -ttt -T -yy</c> wrote, one file a thread, so that no line is split by another thread's.
/// </summary>
internal static partial class SyscallTrace
{
    public const string Calls = "trace=fdatasync,fsync,pwrite64,pwritev,pwritev2,sendto,sendmsg,write,writev";

    /// <summary>Arguments that put an agent under strace; the files begin with <paramref name="prefix"/>.</summary>
    public static string[] Under(string prefix) =>
        ["strace", "-ff", "-qq", "-ttt", "-T", "-yy", "-s", "0", "-e", Calls, "-o", prefix];

    /// <summary>Why strace cannot trace here; null when it can.</summary>
    public static async Task<string?> WhyNotAsync()
    {
        if (!File.Exists("/usr/bin/strace"))
        {
            return "strace is not installed";
        }

        using var probe = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "strace", ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "true"])
        {
            RedirectStandardError = true,
        })!;
        var said = await probe.StandardError.ReadToEndAsync();
        await probe.WaitForExitAsync();
        return probe.ExitCode == 0 ? null : $"strace may not trace here: {said}";
    }

    public static IReadOnlyList<Syscall> Read(string prefix)
    {
        var (folder, name) = (Path.GetDirectoryName(prefix)!, Path.GetFileName(prefix));
        return
        [
            .. Directory.GetFiles(folder, name + ".*").SelectMany(File.ReadLines).Select(Parse).OfType<Syscall>()
                .OrderBy(c => c.Began),
        ];
    }

    private static Syscall? Parse(string line)
    {
        var match = Shape().Match(line);
        if (!match.Success)
        {
            return null;
        }

        var began = double.Parse(match.Groups["at"].Value, CultureInfo.InvariantCulture);
        var took = double.Parse(match.Groups["took"].Value, CultureInfo.InvariantCulture);
        return new Syscall(match.Groups["name"].Value, line, began, began + took);
    }

    [GeneratedRegex(@"^(?<at>\d+\.\d+) (?<name>\w+)\(.*<(?<took>\d+\.\d+)>$")]
    private static partial Regex Shape();
}
