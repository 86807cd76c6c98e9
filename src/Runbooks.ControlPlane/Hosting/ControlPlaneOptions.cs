namespace Runbooks.ControlPlane.Hosting;

/// <summary>Everything a control plane is told at start.</summary>
public sealed record ControlPlaneOptions
{
    /// <summary>Folder of keys, the head file, the log and, without <see cref="Postgres"/>, the private database.</summary>
    public required string Data { get; init; }

    public ControlPlaneRoles Roles { get; init; } = ControlPlaneRoles.All;

    /// <summary>REST and console. Plain HTTP on loopback, TLS everywhere else.</summary>
    public ListenAddress ApiListen { get; init; } = ListenAddress.Parse("127.0.0.1:7780");

    /// <summary>Agents and the arbiter: TLS 1.3 with client certificates.</summary>
    public ListenAddress AgentListen { get; init; } = ListenAddress.Parse("0.0.0.0:7781");

    /// <summary>The embedded engine for local clients; null serves it on the agent port only.</summary>
    public ListenAddress? EngineListen { get; init; } = ListenAddress.Parse("127.0.0.1:7233");

    /// <summary>A Temporal-API-compatible server to use instead of the embedded engine.</summary>
    public string? Temporal { get; init; }

    public string Namespace { get; init; } = "default";

    /// <summary>An existing PostgreSQL; null starts a private cluster in <see cref="Data"/>.</summary>
    public string? Postgres { get; init; }

    /// <summary>Host names and addresses agents and browsers use for this process, beside the machine's own.</summary>
    public IReadOnlyList<string> ServerNames { get; init; } = [];

    /// <summary>Agent addresses of every control plane, <c>https://host:port</c>; empty means this one's own.</summary>
    public IReadOnlyList<string> ControlPlanes { get; init; } = [];

    /// <summary>Where the console's built files are; null looks beside the program.</summary>
    public string? WebRoot { get; init; }

    public TimeSpan AgentCertificateLife { get; init; } = TimeSpan.FromDays(7);

    /// <summary>A browser's session ends when nothing of it was heard for this long.</summary>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>A browser's session ends after this, whatever happens.</summary>
    public TimeSpan SessionLife { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Addresses of the other control planes' consoles, <c>https://host:port</c>.</summary>
    public IReadOnlyList<string> ConsolePeers { get; init; } = [];

    public TimeSpan HeadEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a silent agent's place is kept before another process may take the site.</summary>
    public TimeSpan AgentSilence { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Private or local hosts that HTTP steps may call: <c>name</c> or <c>name:port</c>.</summary>
    public IReadOnlyList<string> HttpAllow { get; init; } = [];

    /// <summary>Shows what would be migrated and ends.</summary>
    public bool DryRun { get; init; }
}
