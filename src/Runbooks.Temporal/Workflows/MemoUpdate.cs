namespace Runbooks.Temporal.Workflows;

/// <summary>A change of one memo key.</summary>
public sealed class MemoUpdate
{
    private MemoUpdate(string key, bool hasValue, object? value)
    {
        UntypedKey = key;
        HasValue = hasValue;
        UntypedValue = value;
    }

    /// <summary>Memo key.</summary>
    public string UntypedKey { get; }

    /// <summary>False when the key is removed.</summary>
    public bool HasValue { get; }

    /// <summary>New value; null when removed.</summary>
    public object? UntypedValue { get; }

    /// <summary>Sets a key.</summary>
    /// <param name="key">Memo key.</param>
    /// <param name="value">New value.</param>
    /// <returns>The change.</returns>
    public static MemoUpdate ValueSet(string key, object value) => new(key, true, value);

    /// <summary>Removes a key.</summary>
    /// <param name="key">Memo key.</param>
    /// <returns>The change.</returns>
    public static MemoUpdate ValueUnset(string key) => new(key, false, null);
}
