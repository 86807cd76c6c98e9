using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.States;

/// <summary>What a run does. A drill never means failover.</summary>
[JsonConverter(typeof(KebabCaseJsonConverter<RunKind>))]
public enum RunKind
{
    /// <summary>Begins a protection.</summary>
    Setup,

    /// <summary>The source is alive and is stopped in order.</summary>
    FailoverPlanned,

    /// <summary>The source is gone.</summary>
    FailoverUnplanned,

    /// <summary>Returns to the first site.</summary>
    Failback,

    /// <summary>A rehearsal on a clone.</summary>
    DrillIsolated,

    /// <summary>A planned failover with an automatic failback.</summary>
    DrillRealistic,

    /// <summary>Whatever the document says.</summary>
    Custom,
}
