using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.States;

/// <summary>What the primary does when a standby stays silent.</summary>
[JsonConverter(typeof(KebabCaseJsonConverter<OnLinkLoss>))]
public enum OnLinkLoss
{
    /// <summary>Writes wait: strict RPO = 0.</summary>
    Suspend,

    /// <summary>Asks the arbiter for permission to go on alone; the default.</summary>
    Arbitrate,

    /// <summary>Goes on at once; a later failover must say "completeness unknown since T".</summary>
    Continue,
}
