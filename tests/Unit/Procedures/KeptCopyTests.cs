using Runbooks.BlockPath.Site;
using Runbooks.Domain.Ids;

namespace Runbooks.Tests.Unit.Procedures;

/// <summary>What a site says about copies that outlive their protection.</summary>
public sealed class KeptCopyTests
{
    [Fact]
    public void CopyOfARemovedProtection_InTheWayOfANewOne_IsRefusedWithTheCommandThatDeletesIt()
    {
        var refusal =
            SiteRefusals.CopyKept(VolumeId.Parse("vol_000001"), ProtectionId.Parse("prt_000001"),
                SiteId.Parse("south"));
        Assert.Equal("RB-SITE-016", refusal.Code);
        Assert.Contains("protection remove prt_000001 --keep-copies false", refusal.Correction,
            StringComparison.Ordinal);
    }

    [Fact]
    public void CopyThatServes_IsNeverReleased() =>
        Assert.Equal("RB-SITE-012", SiteRefusals.PrimaryHere(VolumeId.Parse("vol_000001")).Code);
}
