using Temporalio.Api.Enums.V1;

namespace Runbooks.Engine.Namespaces;

/// <summary>Durable home of namespaces. Every method returns after its commit.</summary>
public interface INamespaceStore
{
    Task<IReadOnlyList<NamespaceRecord>> LoadAsync(CancellationToken cancel);

    /// <summary>False when the name is taken.</summary>
    Task<bool> InsertAsync(NamespaceRecord record);

    Task UpdateAsync(NamespaceRecord record);

    Task AddAttributesAsync(string ns, IReadOnlyDictionary<string, IndexedValueType> attributes);

    Task RemoveAttributesAsync(string ns, IReadOnlyList<string> names);
}
