using System.Text.Json.Serialization;
using Runbooks.Domain.Text;

namespace Runbooks.Definitions.Kinds;

/// <summary>What a field holds. The words are those of input types and of the published schemas.</summary>
[JsonConverter(typeof(KebabCaseJsonConverter<FieldType>))]
public enum FieldType
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary><c>30s</c>, <c>15m</c>, <c>1h30m</c>.</summary>
    Duration,

    /// <summary>A site name.</summary>
    Site,

    /// <summary>A workload name.</summary>
    Workload,

    /// <summary>A recovery point id, or <c>latest</c>.</summary>
    RecoveryPoint,

    /// <summary>An absolute http or https URL.</summary>
    Url,

    /// <summary>A list of <see cref="FieldSpec.Item"/>.</summary>
    List,

    /// <summary>Free keys with text values.</summary>
    Map,

    /// <summary>An object with <see cref="FieldSpec.Fields"/>.</summary>
    Object,

    /// <summary>Any value; only in outputs.</summary>
    Any,
}
