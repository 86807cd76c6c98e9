using Runbooks.Domain.Ids;
using Runbooks.Workflows.Control;

namespace Runbooks.Workflows.Failback;

/// <summary>Returns a group to a site: the original one, a rebuilt one or a third.</summary>
/// <param name="Run">The run.</param>
/// <param name="Group">The group as it was when the run started.</param>
/// <param name="To">Where it goes.</param>
/// <param name="RequestedBy">Who asked.</param>
/// <param name="Reason">Why.</param>
public sealed record FailbackInput(string Run, GroupPicture Group, SiteId To, string RequestedBy, string Reason)
{
    /// <summary>Whether to end after catch-up, with the group protected at <see cref="To"/> but still served where it is.</summary>
    public bool OnlyProtect { get; init; }

    /// <summary>How many ranges of 1 MiB are compared before the switch; 0 compares everything, -1 nothing.</summary>
    public int CompareRanges { get; init; } = 64;

    /// <summary>Whether this procedure stops and starts the machines.</summary>
    public bool Machines { get; init; } = true;
}

/// <summary>A group that is back.</summary>
/// <param name="SentBytes">Payload sent to the returned site: only what it lacked.</param>
/// <param name="VolumeBytes">Size of its volumes, to compare with.</param>
/// <param name="KeptPoints">Recovery points that keep writes the returned site had made alone.</param>
/// <param name="PauseMilliseconds">Longest pause of writes in the switch; 0 when only protected.</param>
/// <param name="Generation">The generation afterwards, of the first member.</param>
public sealed record FailbackResult(
    long SentBytes,
    long VolumeBytes,
    IReadOnlyList<RecoveryPointId> KeptPoints,
    double PauseMilliseconds,
    long Generation);
