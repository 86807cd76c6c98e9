using System.Collections;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Worker.Language;

/// <summary>Signal handlers by name; a new entry delivers the signals that waited for it.</summary>
internal sealed class SignalTable(
    IReadOnlyDictionary<string, WorkflowSignalDefinition> initial, Action<string> added)
    : IDictionary<string, WorkflowSignalDefinition>
{
    private readonly Dictionary<string, WorkflowSignalDefinition> table = new(initial, StringComparer.Ordinal);

    public ICollection<string> Keys => table.Keys;

    public ICollection<WorkflowSignalDefinition> Values => table.Values;

    public int Count => table.Count;

    public bool IsReadOnly => false;

    public WorkflowSignalDefinition this[string key]
    {
        get => table[key];
        set
        {
            if (value.Name != key)
            {
                throw new ArgumentException($"Signal {value.Name} cannot be set under the name {key}");
            }
            table[key] = value;
            added(key);
        }
    }

    public void Add(string key, WorkflowSignalDefinition value)
    {
        if (table.ContainsKey(key))
        {
            throw new ArgumentException($"Signal {key} has a handler already", nameof(key));
        }
        this[key] = value;
    }

    public void Add(KeyValuePair<string, WorkflowSignalDefinition> item) => Add(item.Key, item.Value);

    public void Clear() => table.Clear();

    public bool Contains(KeyValuePair<string, WorkflowSignalDefinition> item) => table.Contains(item);

    public bool ContainsKey(string key) => table.ContainsKey(key);

    public void CopyTo(KeyValuePair<string, WorkflowSignalDefinition>[] array, int arrayIndex) =>
        ((ICollection<KeyValuePair<string, WorkflowSignalDefinition>>)table).CopyTo(array, arrayIndex);

    public IEnumerator<KeyValuePair<string, WorkflowSignalDefinition>> GetEnumerator() => table.GetEnumerator();

    public bool Remove(string key) => table.Remove(key);

    public bool Remove(KeyValuePair<string, WorkflowSignalDefinition> item) => table.Remove(item.Key);

    public bool TryGetValue(string key, out WorkflowSignalDefinition value) => table.TryGetValue(key, out value!);

    IEnumerator IEnumerable.GetEnumerator() => table.GetEnumerator();
}
