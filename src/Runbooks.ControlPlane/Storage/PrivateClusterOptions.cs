namespace Runbooks.ControlPlane.Storage;

/// <summary>Where a private cluster lives and how it may behave.</summary>
public sealed record PrivateClusterOptions
{
    /// <summary>Folder that holds <c>pg/</c> (the cluster), its lock and its logs. Created when absent.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Install PostgreSQL with apt when it is missing and the process is root.</summary>
    public bool InstallWhenMissing { get; init; } = true;

    /// <summary>Receives one line per step worth showing (install, first creation, recovery).</summary>
    public Action<string> Progress { get; init; } = static _ => { };

    /// <summary>Extra server settings, name to value; they win over the built-in ones.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Database roles besides the owner that this process may log in as (peer map entries; not created here).</summary>
    public IReadOnlyList<string> LoginRoles { get; init; } = [];

    /// <summary>How long the server may take from start to its first answer, crash recovery included.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(120);
}
