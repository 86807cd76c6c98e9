using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Definitions.Kinds;

/// <summary>Where a step's work is done.</summary>
[JsonConverter(typeof(KebabCaseJsonConverter<StepPlace>))]
public enum StepPlace
{
    /// <summary>In the workflow itself: waiting, asking, deciding.</summary>
    Workflow,

    /// <summary>By the control plane.</summary>
    Control,

    /// <summary>By the agent of a site.</summary>
    Site,
}
