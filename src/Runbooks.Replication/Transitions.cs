using Runbooks.Domain.States;

namespace Runbooks.Replication;

/// <summary>Whether guests may use the volume here. Independent of the role: a primary that has not been confirmed is closed.</summary>
public enum Gate
{
    /// <summary>Nobody may open it: a standby, or not asked yet.</summary>
    Closed,

    /// <summary>The arbiter was asked whether this copy is still the primary.</summary>
    Confirming,

    /// <summary>Confirmed; regions that were active at an unclean stop are being re-sent before a guest may read them.</summary>
    Resolving,

    /// <summary>Guests read and write.</summary>
    Open,

    /// <summary>No new writes; the accepted ones finish.</summary>
    Draining,

    /// <summary>Durable: no write was accepted after the mark.</summary>
    Drained,

    /// <summary>A higher generation exists.</summary>
    Fenced,

    /// <summary>The local disk failed; nothing here is trusted until a person repaired it.</summary>
    Failed,
}

/// <summary>
/// The transition tables of the core: what is not listed is refused, and the refusal is reported. Role, link and gate are independent axes;
/// the single word that operators see is a view of the three.
/// </summary>
/// <remarks>
/// <code>
///   role      standby --promote--> primary --higher generation--> fenced --admitted by the winner--> standby
///   link      detached --seed--> seeding --end--> catching-up --mark granted--> in-sync --go-alone granted--> degraded
///                                                     ^------------- link back and stable --------------------'
///   gate      closed --> confirming --> resolving --> open --> draining --> drained --> confirming
/// </code>
/// Deliberately absent: in-sync to seeding (a full copy of a complete standby starts by detaching it), fenced to primary (a fenced copy
/// has to be a standby first), catching-up to seeding or detached (the session ends first, and
/// with it the link is degraded), failed to anything (the process starts again after the repair).
/// </remarks>
public static class Transitions
{
    /// <summary>Edges of the role.</summary>
    public static readonly IReadOnlyList<(Role From, Role To)> Roles =
    [
        (Role.Standby, Role.Primary),
        (Role.Primary, Role.Fenced),
        (Role.Fenced, Role.Standby),
    ];

    /// <summary>Edges of a link.</summary>
    public static readonly IReadOnlyList<(LinkState From, LinkState To)> Links =
    [
        (LinkState.Detached, LinkState.Seeding),
        (LinkState.Seeding, LinkState.CatchingUp),
        (LinkState.Seeding, LinkState.Seeding),
        (LinkState.Seeding, LinkState.Detached),
        (LinkState.CatchingUp, LinkState.InSync),
        (LinkState.CatchingUp, LinkState.Degraded),
        (LinkState.InSync, LinkState.Degraded),
        (LinkState.Degraded, LinkState.CatchingUp),
        (LinkState.Degraded, LinkState.Seeding),
        (LinkState.Degraded, LinkState.Detached),
    ];

    /// <summary>Edges of the gate.</summary>
    public static readonly IReadOnlyList<(Gate From, Gate To)> Gates =
    [
        (Gate.Closed, Gate.Confirming),
        (Gate.Closed, Gate.Drained),
        (Gate.Closed, Gate.Fenced),
        (Gate.Closed, Gate.Failed),
        (Gate.Confirming, Gate.Resolving),
        (Gate.Confirming, Gate.Fenced),
        (Gate.Confirming, Gate.Failed),
        (Gate.Resolving, Gate.Open),
        (Gate.Resolving, Gate.Fenced),
        (Gate.Resolving, Gate.Failed),
        (Gate.Open, Gate.Draining),
        (Gate.Open, Gate.Fenced),
        (Gate.Open, Gate.Failed),
        (Gate.Draining, Gate.Drained),
        (Gate.Draining, Gate.Closed),
        (Gate.Draining, Gate.Confirming),
        (Gate.Draining, Gate.Fenced),
        (Gate.Draining, Gate.Failed),
        (Gate.Drained, Gate.Confirming),
        (Gate.Drained, Gate.Fenced),
        (Gate.Drained, Gate.Failed),
        (Gate.Fenced, Gate.Closed),
        (Gate.Fenced, Gate.Failed),
    ];

    /// <summary>True when the table has the edge.</summary>
    public static bool Allows<T>(IReadOnlyList<(T From, T To)> table, T from, T to)
        where T : struct, Enum
    {
        ArgumentNullException.ThrowIfNull(table);
        foreach (var edge in table)
        {
            if (EqualityComparer<T>.Default.Equals(edge.From, from) && EqualityComparer<T>.Default.Equals(edge.To, to))
            {
                return true;
            }
        }

        return false;
    }
}
