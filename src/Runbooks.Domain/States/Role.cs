using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.States;

/// <summary>The role of a workload's copy at a site. Sites have no role.</summary>
[JsonConverter(typeof(KebabCaseJsonConverter<Role>))]
public enum Role
{
    /// <summary>Receives; never serves writes.</summary>
    Standby,

    /// <summary>Serves the guest under the current generation.</summary>
    Primary,

    /// <summary>Was primary under a lower generation; serves nothing until it has caught up as a standby.</summary>
    Fenced,
}
