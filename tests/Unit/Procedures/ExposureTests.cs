using Runbooks.ControlPlane.Inventory;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Workloads;

namespace Runbooks.Tests.Unit.Procedures;

/// <summary>
/// The one figure people act on: 0 is said only where it is proven, and nothing is said where nothing is known.
/// </summary>
public sealed class ExposureTests
{
    private static readonly SiteId North = SiteId.Parse("north");
    private static readonly SiteId South = SiteId.Parse("south");
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(1);

    private static readonly ProtectionPolicy Policy = new(
        ProtectionId.Parse("prt_000001"), WorkloadId.Parse("db-1"), GroupId.Parse("shop"), North, [South]);

    [Fact]
    public void NotProtected_HasNoFigure()
    {
        var exposure = Exposure.Of(Policy, null, null, null, Now);
        Assert.Equal(("unknown", null, null, "not protected"),
            (exposure.State, exposure.Bytes, exposure.Seconds, exposure.Text));
    }

    [Fact]
    public void IncompleteWithASilentPrimary_IsUnknownAndHasNoFigure()
    {
        var row = ArbiterRow.Begin(Policy.Id, North, [South], DateTimeOffset.UnixEpoch) with { ExposureBytes = 0 };
        var exposure = Exposure.Of(Policy, row, null, 120, Now);
        Assert.Equal(("unknown", null, null), (exposure.State, exposure.Bytes, exposure.Seconds));
        Assert.Equal(DateTimeOffset.UnixEpoch, exposure.Since);
    }

    [Fact]
    public void Complete_IsZeroAlsoWhileThePrimaryIsSilent()
    {
        var row =
            ArbiterRow.Begin(Policy.Id, North, [South], DateTimeOffset.UnixEpoch) with { Complete = [North, South] };
        var exposure = Exposure.Of(Policy, row, null, 120, Now);
        Assert.Equal(("proven", 0L, 0d), (exposure.State, exposure.Bytes, exposure.Seconds));
    }
}
