using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.States;

/// <summary>Where a step of a run stands.</summary>
[JsonConverter(typeof(KebabCaseJsonConverter<StepState>))]
public enum StepState
{
    /// <summary>A need is not done.</summary>
    Waiting,

    /// <summary>May start.</summary>
    Ready,

    /// <summary>An activity or block runs.</summary>
    Running,

    /// <summary>A person must answer.</summary>
    Asking,

    /// <summary>Done.</summary>
    Succeeded,

    /// <summary>Failed and its rule was applied.</summary>
    Failed,

    /// <summary>Its condition was false or a person skipped it with a reason.</summary>
    Skipped,

    /// <summary>The run ended before it.</summary>
    Cancelled,

    /// <summary>Done and undone.</summary>
    Compensated,
}
