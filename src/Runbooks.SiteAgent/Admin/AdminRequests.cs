using Runbooks.BlockPath.Site;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;

namespace Runbooks.SiteAgent.Admin;

/// <summary>Makes or adopts a volume.</summary>
public sealed record CreateVolumeRequest(
    VolumeId Volume, ProtectionId Protection, Role Role, long SizeBytes, string? Image, string? ExportName, SiteId? Peer, string? PeerAddress)
{
    public LinkPolicy? Policy { get; init; }
}

/// <summary>Attaches a standby.</summary>
public sealed record AttachRequest(SiteId Peer, string Address, LinkPolicy? Policy);

/// <summary>Names a standby.</summary>
public sealed record PeerRequest(SiteId Peer);

/// <summary>Gives an image back.</summary>
public sealed record GiveBackRequest(bool DeleteImage);

/// <summary>Promotes by hand.</summary>
public sealed record PromoteByHandRequest(bool AcceptLoss);

/// <summary>Compares with a standby.</summary>
public sealed record CompareByHandRequest(SiteId Peer, int RangesMax);

/// <summary>Where a given-back image is.</summary>
public sealed record GivenBack(string Image);
