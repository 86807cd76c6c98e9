using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.States;

/// <summary>When a guest write is acknowledged.</summary>
[JsonConverter(typeof(KebabCaseJsonConverter<ReplicationMode>))]
public enum ReplicationMode
{
    /// <summary>When it is complete at both sites.</summary>
    Synchronous,

    /// <summary>When it is complete locally; checkpoints are shipped.</summary>
    Asynchronous,

    /// <summary>When it is complete locally; recovery points go to object storage.</summary>
    Backup,
}
