using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Definitions.Documents;

/// <summary>What a failed step means for the run.</summary>
[JsonConverter(typeof(KebabCaseJsonConverter<OnFailure>))]
public enum OnFailure
{
    /// <summary>The run fails; what can be compensated is.</summary>
    Fail,

    /// <summary>A person chooses: retry, skip with a reason, abort.</summary>
    Ask,

    /// <summary>The run goes on; the step stays failed.</summary>
    Continue,

    /// <summary>The step is compensated and the run fails.</summary>
    Compensate,
}
