using System.Collections.Concurrent;
using Runbooks.Engine.Rpc;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;

namespace Runbooks.Engine.Namespaces;

/// <summary>
/// All namespaces, in memory, written through to their store. One process owns the database, so memory is the truth
/// between two writes; a write reaches memory only after its commit.
/// </summary>
public sealed class NamespaceCatalog : INamespaceCatalog, IDisposable
{
    private readonly INamespaceStore _store;
    private readonly ConcurrentDictionary<string, NamespaceRecord> _records = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _writing = new(1);

    private NamespaceCatalog(INamespaceStore store) => _store = store;

    /// <summary>All namespaces by name.</summary>
    public IReadOnlyList<NamespaceRecord> All =>
        _records.Values.OrderBy(record => record.Name, StringComparer.Ordinal).ToList();

    /// <summary>
    /// Loads the catalog; registers <paramref name="first"/> when the database has no namespace at all.
    /// </summary>
    public static async Task<NamespaceCatalog> LoadAsync(INamespaceStore store, string first, CancellationToken cancel)
    {
        var catalog = new NamespaceCatalog(store);
        foreach (var record in await store.LoadAsync(cancel))
        {
            catalog._records[record.Name] = record;
        }
        if (catalog._records.IsEmpty)
        {
            await catalog.RegisterAsync(new NamespaceRecord { Name = first, Id = Guid.NewGuid() });
        }
        return catalog;
    }

    public bool Exists(string name) => _records.ContainsKey(name);

    public bool TryGetSearchAttribute(string name, string attribute, out IndexedValueType type) =>
        KnownAttributes.Predefined.TryGetValue(attribute, out type)
        || (_records.TryGetValue(name, out var record) && record.Attributes.TryGetValue(attribute, out type));

    /// <summary>The namespace, or the NOT_FOUND that clients know.</summary>
    public NamespaceRecord Require(string name) =>
        name.Length == 0 ? throw RpcFault.Invalid("Namespace not set on request.")
        : _records.TryGetValue(name, out var record) ? record
        : throw NotFound(name);

    public NamespaceRecord RequireById(string id) =>
        _records.Values.FirstOrDefault(record => record.Id.ToString() == id) ?? throw NotFound(id);

    public async Task RegisterAsync(NamespaceRecord record)
    {
        await _writing.WaitAsync();
        try
        {
            if (!await _store.InsertAsync(record))
            {
                throw new RpcFault(
                    RpcStatus.AlreadyExists, "Namespace already exists.", new NamespaceAlreadyExistsFailure());
            }
            _records[record.Name] = record;
        }
        finally
        {
            _writing.Release();
        }
    }

    public Task<NamespaceRecord> UpdateAsync(string name, Func<NamespaceRecord, NamespaceRecord> change) =>
        ChangeAsync(name, async before =>
        {
            var after = change(before);
            await _store.UpdateAsync(after);
            return after;
        });

    public Task AddAttributesAsync(string name, IReadOnlyDictionary<string, IndexedValueType> added) =>
        ChangeAsync(name, async before =>
        {
            await _store.AddAttributesAsync(name, added);
            return before with { Attributes = before.Attributes.Concat(added).ToDictionary() };
        });

    public Task RemoveAttributesAsync(string name, IReadOnlyList<string> removed) =>
        ChangeAsync(name, async before =>
        {
            await _store.RemoveAttributesAsync(name, removed);
            return before with
            {
                Attributes = before.Attributes.Where(pair => !removed.Contains(pair.Key)).ToDictionary(),
            };
        });

    public void Dispose() => _writing.Dispose();

    private async Task<NamespaceRecord> ChangeAsync(string name, Func<NamespaceRecord, Task<NamespaceRecord>> change)
    {
        await _writing.WaitAsync();
        try
        {
            return _records[name] = await change(Require(name));
        }
        finally
        {
            _writing.Release();
        }
    }

    private static RpcFault NotFound(string name) => new(
        RpcStatus.NotFound, $"Namespace {name} is not found.", new NamespaceNotFoundFailure { Namespace = name });
}
