using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.Errors;

/// <summary>Where a fault came from.</summary>
[JsonConverter(typeof(KebabCaseJsonConverter<FaultSide>))]
public enum FaultSide
{
    /// <summary>The guest's session.</summary>
    Guest,

    /// <summary>Local storage.</summary>
    Disk,

    /// <summary>The other site.</summary>
    Peer,

    /// <summary>The workflow engine.</summary>
    Engine,

    /// <summary>PostgreSQL.</summary>
    Database,

    /// <summary>The driver of the protected machine.</summary>
    Workload,

    /// <summary>An outside service a step talks to.</summary>
    Network,
}
