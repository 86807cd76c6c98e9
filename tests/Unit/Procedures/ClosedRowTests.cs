using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;

namespace Runbooks.Tests.Unit.Procedures;

/// <summary>A protection that was given up: its row still says who serves, and nothing else.</summary>
public sealed class ClosedRowTests
{
    private static readonly SiteId North = SiteId.Parse("north");
    private static readonly SiteId South = SiteId.Parse("south");
    private static readonly SiteId East = SiteId.Parse("east");
    private static readonly ProtectionId Protection = ProtectionId.Parse("prt_000001");
    private static readonly ArbiterRow Open =
        Complete(ArbiterRow.Begin(Protection, North, [South], DateTimeOffset.UnixEpoch));

    [Fact]
    public void Closed_PromoteEvenWithAcceptedLoss_IsRefused()
    {
        var closed = Open.Close("run_000001/close", "run_000001", DateTimeOffset.UnixEpoch);
        var loss = new LossAcceptance("abel", "it must run", null, null);
        foreach (ArbiterRequest request in new ArbiterRequest[]
        {
            new Promote(closed.Generation, closed.Version, South, loss, null)
            {
                Protection = Protection, RequestId = "a", Asker = South,
            },
            new MarkComplete(closed.Generation, closed.Version, South) { Protection = Protection, RequestId = "b",
                Asker = North },
            new GoAlone(closed.Generation, closed.Version, [South], 0) { Protection = Protection, RequestId = "c",
                Asker = North },
        })
        {
            var answer = ArbiterRules.Decide(closed, request, DateTimeOffset.UnixEpoch);
            Assert.False(answer.Granted);
            Assert.Equal(RefusalCodes.ArbiterClosed, answer.Refusal!.Code);
        }
    }

    [Fact]
    public void Closed_ConfirmOfItsPrimary_IsStillGranted()
    {
        var closed = Open.Close("run_000001/close", "run_000001", DateTimeOffset.UnixEpoch);
        Assert.True(ArbiterRules.Decide(closed, Confirm(North), DateTimeOffset.UnixEpoch).Granted);
        Assert.Equal(
            RefusalCodes.ArbiterNotPrimary,
                ArbiterRules.Decide(closed, Confirm(South), DateTimeOffset.UnixEpoch).Refusal!.Code);
    }

    [Fact]
    public void Close_Twice_ChangesTheRowOnce()
    {
        var closed = Open.Close("run_000001/close", "run_000001", DateTimeOffset.UnixEpoch);
        Assert.Equal([North], closed.Complete);
        Assert.Same(closed, closed.Close("run_000002/close", "run_000002", DateTimeOffset.UnixEpoch.AddDays(1)));
    }

    [Fact]
    public void With_AnotherSite_MakesTheRowWaitForIt()
    {
        var more = Open.With([East, South], "sites", DateTimeOffset.UnixEpoch);
        Assert.Equal([East, North, South], more.Sites);
        Assert.Equal(Open.Version + 1, more.Version);
        Assert.False(more.IsComplete(East));
        Assert.NotNull(more.AloneSince);
        Assert.Same(more, more.With([East], "again", DateTimeOffset.UnixEpoch));
    }

    private static Confirm Confirm(SiteId asker) =>
        new(Open.Generation) { Protection = Protection, RequestId = $"confirm/{asker}", Asker = asker };

    private static ArbiterRow Complete(ArbiterRow row) => ArbiterRules.Decide(
        row, new MarkComplete(row.Generation, row.Version, South) { Protection = Protection, RequestId = "set-up",
            Asker = North },
        DateTimeOffset.UnixEpoch).Row!;
}
