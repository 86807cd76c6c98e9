using Temporalio.Api.Common.V1;
using Runbooks.Temporal.Common;

namespace Runbooks.Temporal.Workflows;

/// <summary>One change of a search attribute; made by <c>ValueSet</c> and <c>ValueUnset</c> of its key.</summary>
public record SearchAttributeUpdate
{
    internal SearchAttributeUpdate(SearchAttributeKey key, object? value)
    {
        UntypedKey = key;
        UntypedValue = value;
    }

    public SearchAttributeKey UntypedKey { get; }

    /// <summary>The new value when <see cref="HasValue"/>, null otherwise.</summary>
    public object? UntypedValue { get; }

    /// <summary>False when this removes the attribute.</summary>
    public bool HasValue => UntypedValue != null;

    /// <summary>Payload of the upsert command; a null payload removes the attribute.</summary>
    internal Payload ToUpsertPayload() => SearchAttributeCollection.ToPayload(UntypedKey, UntypedValue);
}
