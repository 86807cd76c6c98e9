namespace Runbooks.Cli.Stack;

/// <summary>How a local stack is laid out.</summary>
/// <param name="Folder">Everything it keeps.</param>
/// <param name="Sites">Names of its sites.</param>
internal sealed record StackOptions(string Folder, IReadOnlyList<string> Sites)
{
    /// <summary>
    /// A Temporal-API-compatible server in place of the embedded engine; null starts the embedded one.
    /// </summary>
    public string? Temporal { get; init; }

    /// <summary>True puts a line of ours between the sites that can be cut.</summary>
    public bool WithLines { get; init; }

    /// <summary>API, agent and engine port, then NBD, WAN and line port of each site; empty takes free ones.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [];
}

/// <summary>A part of the stack did not start; the message holds its last words.</summary>
internal sealed class StackException(string message) : Exception(message);
