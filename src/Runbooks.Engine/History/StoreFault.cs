namespace Runbooks.Engine.History;

/// <summary>Why a write or read of the store failed, by who must act.</summary>
public enum StoreFaultKind
{
    /// <summary>Another process owns the database now: this one must stop serving.</summary>
    Fenced,

    /// <summary>The row was not at the version this process had in memory: reload and try again.</summary>
    Conflict,

    /// <summary>The connection broke or the database refused; the outcome of a write is unknown.</summary>
    Unreachable,
}

/// <summary>Environment fault of the engine's database.</summary>
public sealed class StoreFault(StoreFaultKind kind, string message, Exception? cause = null)
    : Exception(message, cause)
{
    public StoreFaultKind Kind { get; } = kind;
}
