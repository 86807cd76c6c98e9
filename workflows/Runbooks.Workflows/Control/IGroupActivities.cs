using Runbooks.Domain.Ids;
using Runbooks.Domain.Workloads;

namespace Runbooks.Workflows.Control;

/// <summary>What the control plane knows about groups, sites and protections. Run on <c>control</c>.</summary>
public interface IGroupActivities
{
    /// <summary>The group as it is now. Read once at the start of a run: the run works on this picture.</summary>
    [Activity]
    Task<GroupPicture> DescribeGroupAsync(GroupId group);

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
/// <param name="State"><c>setting-up</c>, <c>protected</c>, <c>degraded</c>, <c>not-protected</c> or <c>removed</c>.</param>
/// <param name="Cause">Why, in words.</param>
public sealed record ProtectionRecord(ProtectionId Protection, SiteId Primary, string State, string Cause);
