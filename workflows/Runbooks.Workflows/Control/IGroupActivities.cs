using Runbooks.Domain.Ids;
using Runbooks.Domain.Workloads;

namespace Runbooks.Workflows.Control;

/// <summary>What the control plane knows about groups, sites and protections. Run on <c>control</c>.</summary>
public interface IGroupActivities
{
    /// <summary>The group as it is now. Read once at the start of a run: the run works on this picture.</summary>
    [Activity]
    Task<GroupPicture> DescribeGroupAsync(GroupId group);

    /// <summary>Who holds the group now, in words: the run, its kind and since when.</summary>
    [Activity]
    Task<string> FindGroupHolderAsync(GroupId group);

    /// <summary>
    /// Tells an isolated drill that holds the group to end: a disaster failover needs it. Told once; anything else
    /// that holds it is only named.
    /// </summary>
    [Activity]
    Task<PreemptAnswer> PreemptDrillAsync(PreemptRequest request);

    /// <summary>Records where a protection lives and how it stands after a procedure. The same record again changes nothing.</summary>
    [Activity]
    Task RecordProtectionAsync(ProtectionRecord record);
}

/// <summary>A group, now.</summary>
/// <param name="Group">Which group.</param>
/// <param name="Members">Its workloads, sorted by name.</param>
/// <param name="Sites">Every joined site and how it is reached.</param>
public sealed record GroupPicture(GroupId Group, IReadOnlyList<GroupMember> Members, IReadOnlyList<SitePicture> Sites);

/// <summary>One workload of a group.</summary>
/// <param name="Policy">Its protection.</param>
/// <param name="Workload">Its metadata.</param>
/// <param name="Primary">The site that serves it now.</param>
public sealed record GroupMember(ProtectionPolicy Policy, WorkloadMetadata Workload, SiteId Primary);

/// <summary>One joined site.</summary>
/// <param name="Site">Which site.</param>
/// <param name="WanAddress">Where peers reach its agent: <c>host:port</c>.</param>
/// <param name="LastSeenAt">When its agent last reported.</param>
public sealed record SitePicture(SiteId Site, string WanAddress, DateTimeOffset? LastSeenAt);

/// <summary>Where a protection stands.</summary>
/// <param name="Protection">Which protection.</param>
/// <param name="Primary">The site that serves it.</param>
/// <param name="State"><c>setting-up</c>, <c>setup-failed</c>, <c>protected</c>, <c>degraded</c>, <c>not-protected</c>,
/// <c>unprotecting</c>, <c>unprotect-failed</c> or <c>removed</c>.</param>
/// <param name="Cause">Why, in words.</param>
public sealed record ProtectionRecord(ProtectionId Protection, SiteId Primary, string State, string Cause);

/// <summary>Asks for a group that a drill holds.</summary>
/// <param name="Group">Which group.</param>
/// <param name="Run">The run that needs it.</param>
public sealed record PreemptRequest(GroupId Group, string Run);

/// <summary>Who holds the group.</summary>
/// <param name="IsDrill">True when it is an isolated drill, which was told to end.</param>
/// <param name="Holder">The run, its kind and since when, in words.</param>
public sealed record PreemptAnswer(bool IsDrill, string Holder);
