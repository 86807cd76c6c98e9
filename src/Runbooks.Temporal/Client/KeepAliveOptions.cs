namespace Runbooks.Temporal.Client;

/// <summary>HTTP/2 pings that notice a dead connection, also while no call is under way.</summary>
public class KeepAliveOptions : ICloneable
{
    /// <summary>Default 30 s. Servers commonly refuse less than 10 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Unanswered for this long, the connection is dropped and its calls fail Unavailable. Default
    /// 15 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    public virtual object Clone() => MemberwiseClone();
}
