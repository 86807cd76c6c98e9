using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Domain.States;

/// <summary>What a person or token may do.</summary>
[JsonConverter(typeof(KebabCaseJsonConverter<AccessRole>))]
public enum AccessRole
{
    /// <summary>Reads.</summary>
    Viewer,

    /// <summary>Starts, pauses and answers runs; protects.</summary>
    Operator,

    /// <summary>Approves what somebody else asked for.</summary>
    Approver,

    /// <summary>Writes runbooks.</summary>
    Author,

    /// <summary>Manages sites, tokens and settings.</summary>
    Admin,

    /// <summary>Reads and verifies the audit.</summary>
    Auditor,
}
