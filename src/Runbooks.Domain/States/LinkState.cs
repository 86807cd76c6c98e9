using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.States;

/// <summary>The state of one copy's replication link, independent of its role.</summary>
[JsonConverter(typeof(KebabCaseJsonConverter<LinkState>))]
public enum LinkState
{
    /// <summary>No peer is attached.</summary>
    Detached,

    /// <summary>The full copy runs.</summary>
    Seeding,

    /// <summary>Dirty blocks are sent; new writes go to both.</summary>
    CatchingUp,

    /// <summary>Every acknowledged write is at both sites.</summary>
    InSync,

    /// <summary>The primary writes alone; dirty blocks grow.</summary>
    Degraded,
}
