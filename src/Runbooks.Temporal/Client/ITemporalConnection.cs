namespace Runbooks.Temporal.Client;

/// <summary>A connection to a server; made once and shared by clients and workers. Safe on any thread.</summary>
public interface ITemporalConnection
{
    /// <summary>Headers of every call from now on. Replaces the whole set.</summary>
    IReadOnlyCollection<KeyValuePair<string, string>> RpcMetadata { get; set; }

    /// <summary>Bearer token of every call from now on; null for none.</summary>
    string? ApiKey { get; set; }

    /// <summary>Raw calls of the workflow service.</summary>
    WorkflowService WorkflowService { get; }

    /// <summary>Raw calls of the operator service.</summary>
    OperatorService OperatorService { get; }

    /// <summary>The options this was made with.</summary>
    TemporalConnectionOptions Options { get; }

    /// <summary>False until the first successful exchange.</summary>
    bool IsConnected { get; }

    /// <summary>Connects a lazy connection now. Throws <see cref="InvalidOperationException"/> with the cause when the
    /// server cannot be reached or does not answer as one.</summary>
    Task ConnectAsync();

    /// <summary>True when the server reports <paramref name="service"/> (default: the workflow service) as
    /// serving.</summary>
    Task<bool> CheckHealthAsync(RpcService? service = null, RpcOptions? options = null);
}
