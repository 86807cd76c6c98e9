using Temporalio.Api.Enums.V1;

namespace Runbooks.Engine.Namespaces;

/// <summary>A namespace as stored, with its custom search attributes.</summary>
public sealed record NamespaceRecord
{
    public required string Name { get; init; }

    public required Guid Id { get; init; }

    public string Description { get; init; } = "";

    public string OwnerEmail { get; init; } = "";

    public IReadOnlyDictionary<string, string> Data { get; init; } = new Dictionary<string, string>();

    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(3);

    public IReadOnlyDictionary<string, IndexedValueType> Attributes { get; init; } =
        new Dictionary<string, IndexedValueType>();
}
