using Microsoft.Extensions.Logging;

namespace Runbooks.Engine;

/// <summary>What a whole engine is told at start.</summary>
public sealed record EmbeddedEngineOptions
{
    /// <summary>
    /// The database. Its <c>engine</c> schema is created and migrated; the account must be allowed to.
    /// </summary>
    public required string ConnectionString { get; init; }

    public EngineOptions Limits { get; init; } = new();

    /// <summary>Registered when the database has no namespace yet.</summary>
    public string FirstNamespace { get; init; } = "default";

    /// <summary>Names this process in the owner row, for people.</summary>
    public string Owner { get; init; } = $"{Environment.MachineName}/{Environment.ProcessId}";

    public required ILoggerFactory Logs { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
