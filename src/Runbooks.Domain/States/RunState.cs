using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.States;

/// <summary>Where a run stands.</summary>
[JsonConverter(typeof(KebabCaseJsonConverter<RunState>))]
public enum RunState
{
    /// <summary>Recorded, perhaps waiting for approval.</summary>
    Requested,

    /// <summary>Steps are being walked.</summary>
    Running,

    /// <summary>A person must answer.</summary>
    Asking,

    /// <summary>Stopped between steps by a person.</summary>
    Paused,

    /// <summary>Compensation runs.</summary>
    Aborting,

    /// <summary>Ended well; a drill that missed its objective also ends here or in Failed by its verdict.</summary>
    Succeeded,

    /// <summary>Ended with a failed step.</summary>
    Failed,

    /// <summary>Ended by a person; compensation is listed.</summary>
    Aborted,
}
