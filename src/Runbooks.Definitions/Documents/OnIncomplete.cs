using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Definitions.Documents;

/// <summary>What a failover does when the standby lacks acknowledged writes.</summary>
[JsonConverter(typeof(KebabCaseJsonConverter<OnIncomplete>))]
public enum OnIncomplete
{
    /// <summary>Shows since when and how much, and asks a person. The default.</summary>
    Ask,

    /// <summary>Fails the step.</summary>
    Refuse,

    /// <summary>Accepts the loss; the run's approver stands for it.</summary>
    Accept,
}
