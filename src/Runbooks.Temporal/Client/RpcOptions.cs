namespace Runbooks.Temporal.Client;

/// <summary>Options of one call to the server.</summary>
public class RpcOptions : ICloneable
{
    /// <summary>Whether failed attempts are retried. Default null: yes for client methods, no for raw service
    /// calls.</summary>
    public bool? Retry { get; set; }

    /// <summary>Headers of this call; they win over those of the connection. Default null.</summary>
    public IEnumerable<KeyValuePair<string, string>>? Metadata { get; set; }

    /// <summary>Binary headers; names must end in "-bin". Default null.</summary>
    public IEnumerable<KeyValuePair<string, byte[]>>? BinaryMetadata { get; set; }

    /// <summary>Deadline of each attempt. Default null: 30 s, or 70 s for calls that wait on purpose.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>Gives up the call, not what it started on the server. Default null.</summary>
    public CancellationToken? CancellationToken { get; set; }

    public virtual object Clone() => MemberwiseClone();
}
