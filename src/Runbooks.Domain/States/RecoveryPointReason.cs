using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.States;

/// <summary>Why a recovery point was made.</summary>
[JsonConverter(typeof(KebabCaseJsonConverter<RecoveryPointReason>))]
public enum RecoveryPointReason
{
    /// <summary>The schedule.</summary>
    Periodic,

    /// <summary>A person or a runbook.</summary>
    Requested,

    /// <summary>Before degradation or on a write-entropy jump.</summary>
    Anomaly,

    /// <summary>Before a standby becomes writable.</summary>
    BeforePromote,

    /// <summary>A returned primary's own writes, kept until dropped.</summary>
    Diverged,

    /// <summary>Made for a drill.</summary>
    Drill,
}
