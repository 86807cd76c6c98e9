namespace Runbooks.Temporal.Client;

/// <summary>Client-side retries of calls that failed for reasons of the environment.</summary>
public class RpcRetryOptions : ICloneable
{
    /// <summary>Default 100 ms.</summary>
    public TimeSpan InitialInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Part of each delay that is random, up and down. Default 0.2.</summary>
    public float RandomizationFactor { get; set; } = 0.2f;

    /// <summary>Growth of the delay. Default 1.5.</summary>
    public float Multiplier { get; set; } = 1.5f;

    /// <summary>Cap of the delay. Default 5 s.</summary>
    public TimeSpan MaxInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>No attempt starts later than this after the first. Null: no limit. Default 10 s.</summary>
    public TimeSpan? MaxElapsedTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts after the first. 0: no limit. Default 10.</summary>
    public int MaxRetries { get; set; } = 10;

    public virtual object Clone() => MemberwiseClone();
}
