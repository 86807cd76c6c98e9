using System.Collections.Concurrent;

namespace Runbooks.BlockPath.Nbd;

/// <summary>The exports of a server; changes at any time, from any thread.</summary>
public sealed class NbdExportTable
{
    private readonly ConcurrentDictionary<string, NbdExport> _exports = new(StringComparer.Ordinal);
    private volatile string? _defaultName;

    /// <summary>What the empty name means; null refuses the empty name.</summary>
    public string? DefaultName
    {
        get => _defaultName;
        set => _defaultName = value;
    }

    public IReadOnlyCollection<NbdExport> All =>
        [.. _exports.Values.OrderBy(export => export.Name, StringComparer.Ordinal)];

    /// <summary>False when the name is taken.</summary>
    public bool TryAdd(NbdExport export) => _exports.TryAdd(export.Name, export);

    public NbdExport? Find(string name)
    {
        string? wanted = name.Length == 0 ? _defaultName : name;
        return wanted is not null && _exports.TryGetValue(wanted, out NbdExport? export) ? export : null;
    }

    /// <summary>
    /// Withdraws an export: new clients do not find it, and its sessions answer what is open, refuse the rest with
    /// ESHUTDOWN and end. Null when there was none of that name.
    /// </summary>
    /// <remarks>To wait for the sessions use <see cref="NbdServer.WithdrawAsync"/>.</remarks>
    internal NbdExport? Remove(string name)
    {
        if (_exports.TryRemove(name, out NbdExport? export))
        {
            export.Withdraw();
        }

        return export;
    }
}
