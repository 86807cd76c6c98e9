using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.States;

/// <summary>What <c>arbitrate</c> does while no arbiter answers.</summary>
[JsonConverter(typeof(KebabCaseJsonConverter<IfArbiterUnreachable>))]
public enum IfArbiterUnreachable
{
    /// <summary>Writes wait; the default.</summary>
    Suspend,

    /// <summary>Writes go on; completeness becomes unknown.</summary>
    Continue,
}
