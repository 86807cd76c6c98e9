namespace Runbooks.Temporal.Worker.Core;

/// <summary>
/// Behaviours that were added over time and that old histories must be replayed without. A live task uses all of them
/// and says so in its completion; a replayed one uses those that its own or an earlier completion named.
/// </summary>
internal sealed class CoreFlags
{
    private const uint IdAndType = 1;
    private const uint PatchUpsert = 2;
    private const uint MoveTerminal = 3;

    private readonly HashSet<uint> known = [];

    internal bool IdAndTypeChecks => known.Contains(IdAndType);

    internal bool UpsertOnPatch => known.Contains(PatchUpsert);

    internal bool MoveTerminalCommands => known.Contains(MoveTerminal);

    internal void Learn(IEnumerable<uint>? flags)
    {
        if (flags is not null)
        {
            known.UnionWith(flags);
        }
    }

    /// <summary>Flags that history does not name yet; afterwards they count as named.</summary>
    internal IReadOnlyList<uint> TakeNew()
    {
        uint[] all = [IdAndType, PatchUpsert, MoveTerminal];
        var added = all.Where(known.Add).ToArray();
        return added;
    }
}
