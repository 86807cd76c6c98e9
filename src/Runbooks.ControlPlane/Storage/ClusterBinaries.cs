using System.Globalization;

namespace Runbooks.ControlPlane.Storage;

/// <summary>The folder of PostgreSQL's server programs and their major version.</summary>
internal sealed record ClusterBinaries(string Folder, int Major)
{
    public const int OldestMajor = 13;

    public string Initdb => Path.Combine(Folder, "initdb");

    public string Postgres => Path.Combine(Folder, "postgres");

    /// <summary>
    /// The programs for a cluster: those of <paramref name="wantedMajor"/> when the folder already holds data (another
    /// major cannot read it), else the newest; installs them when allowed.
    /// </summary>
    public static async Task<ClusterBinaries> FindAsync(int? wantedMajor, PrivateClusterOptions options,
        CancellationToken cancel)
    {
        if (await SearchAsync(wantedMajor, cancel) is { } found)
        {
            return found;
        }
        var package = wantedMajor is { } major ? $"postgresql-{major}" : "postgresql";
        var typed = $"apt-get update && apt-get install -y {package}";
        if (!options.InstallWhenMissing || !Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/apt-get"))
        {
            throw Missing(package, Environment.IsPrivilegedProcess ? typed : $"sudo sh -c '{typed}'");
        }
        await InstallAsync(package, options.Progress, cancel);
        return await SearchAsync(wantedMajor, cancel) ?? throw Missing(package, typed);
    }

    private static ClusterUnavailableException Missing(string package, string typed) => new(
        "RB-STORAGE-001",
        "PostgreSQL's server programs are not on this machine.",
        $"neither PATH nor /usr/lib/postgresql/*/bin has initdb and postgres ({package}).",
        $"type: {typed}  (or give a connection string of an existing server)");

    private static async Task<ClusterBinaries?> SearchAsync(int? wantedMajor, CancellationToken cancel)
    {
        var best = default(ClusterBinaries);
        foreach (var folder in Candidates())
        {
            if (!File.Exists(Path.Combine(folder, "initdb")) || !File.Exists(Path.Combine(folder, "postgres")))
            {
                continue;
            }
            var version = await ShellCommand.RunAsync([Path.Combine(folder, "postgres"), "--version"], cancel);
            if (MajorOf(version.Output) is not { } major || major < OldestMajor)
            {
                continue;
            }
            if (wantedMajor is { } wanted ? major == wanted : best is null || major > best.Major)
            {
                best = new ClusterBinaries(folder, major);
            }
        }
        return best;
    }

    private static IEnumerable<string> Candidates()
    {
        const string debian = "/usr/lib/postgresql";
        var packaged = Directory.Exists(debian)
            ? Directory.GetDirectories(debian).Select(folder => Path.Combine(folder, "bin"))
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return packaged.Concat(path).Distinct(StringComparer.Ordinal);
    }

    /// <summary>15 of "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".</summary>
    internal static int? MajorOf(string version)
    {
        var word = version.Split(' ').SkipWhile(part => part != "(PostgreSQL)").Skip(1).FirstOrDefault() ?? "";
        var digits = new string(word.TakeWhile(char.IsAsciiDigit).ToArray());
        return int.TryParse(digits, CultureInfo.InvariantCulture, out var major) ? major : null;
    }

    private static async Task InstallAsync(string package, Action<string> progress, CancellationToken cancel)
    {
        await AptAsync(["apt-get", "update"], progress, cancel);
        await AptAsync(["apt-get", "install", "-y", "--no-install-recommends", "postgresql-common"], progress, cancel);
        await KeepMainClusterAwayAsync(cancel);
        await AptAsync(["apt-get", "install", "-y", "--no-install-recommends", package], progress, cancel);
    }

    /// <summary>
    /// Debian's package makes and starts a cluster of its own on port 5432 unless its settings say not to. Newer
    /// ones read a folder of settings, Debian 12 reads one file; what an administrator has set there stays.
    /// </summary>
    private static async Task KeepMainClusterAwayAsync(CancellationToken cancel)
    {
        const string setting = "create_main_cluster";
        const string folder = "/etc/postgresql-common/createcluster.d";
        const string file = "/etc/postgresql-common/createcluster.conf";
        if (Directory.Exists(folder))
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "runbooks.conf"), $"{setting} = false\n", cancel);
            return;
        }
        var lines = File.Exists(file) ? await File.ReadAllLinesAsync(file, cancel) : [];
        if (!lines.Any(line => line.TrimStart().StartsWith(setting, StringComparison.Ordinal)))
        {
            await File.AppendAllTextAsync(
                file, $"\n# Runbooks runs PostgreSQL in folders of its own.\n{setting} = false\n", cancel);
        }
    }

    private static async Task AptAsync(string[] command, Action<string> progress, CancellationToken cancel)
    {
        progress($"PostgreSQL is missing: {string.Join(' ', command)}");
        var outcome = await ShellCommand.RunAsync(command, cancel, line => progress("  " + line));
        if (!outcome.Succeeded)
        {
            throw new ClusterUnavailableException(
                "RB-STORAGE-002",
                "PostgreSQL could not be installed.",
                $"{string.Join(' ', command)} ended with {outcome.ExitCode}: {outcome.Text.Split('\n')[^1]}",
                $"mend the package source, then type: {string.Join(' ', command)}");
        }
    }
}
