using Runbooks.Audit;
using Runbooks.ControlPlane.Arbitration;
using Runbooks.ControlPlane.Storage;
using Runbooks.ControlPlane.Workers;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;
using Runbooks.Workflows.Control;

namespace Runbooks.Tests.Integration.ControlPlane;

/// <summary>
/// What the arbiter refuses, asked of its table: the answer says why, the row stays, the chain has it once.
/// </summary>
public sealed class ArbiterTableTests : IAsyncLifetime
{
    private static readonly ProtectionId Payments = ProtectionId.Parse("prt_000001");
    private static readonly SiteId A = SiteId.Parse("site-a");
    private static readonly SiteId B = SiteId.Parse("site-b");
    private static readonly Generation One = Generation.First;

    // The row: generation 1, version 1, primary A, copies at A and B, only A complete.
    private static readonly Dictionary<string, ArbiterRequest> Wrong = new()
    {
        [RefusalCodes.ArbiterStaleVersion] =
            new GoAlone(One, 7, [B], 0) { Asker = A, Protection = Payments, RequestId = "q" },
        [RefusalCodes.ArbiterWrongGeneration] =
            new Confirm(One.Next) { Asker = A, Protection = Payments, RequestId = "q" },
        [RefusalCodes.ArbiterNotPrimary] = new Confirm(One) { Asker = B, Protection = Payments, RequestId = "q" },
        [RefusalCodes.ArbiterIncomplete] =
            new Promote(One, 1, B, null, null) { Asker = B, Protection = Payments, RequestId = "q" },
        [RefusalCodes.ArbiterBadRequest] =
            new GoAlone(One, 1, [A], 0) { Asker = A, Protection = Payments, RequestId = "q" },
        [RefusalCodes.ArbiterNotDrained] = new Promote(One, 1, B, null, new DrainedMark(B, One, 0))
        {
            Asker = B, Protection = Payments, RequestId = "q",
        },
        [RefusalCodes.ArbiterUnknownProtection] =
            new Confirm(One) { Asker = A, Protection = ProtectionId.Parse("prt_nobody"), RequestId = "q" },
    };

    private ControlPlaneFixture _plane = null!;
    private ArbiterDesk _desk = null!;

    public static TheoryData<string> Codes => [.. Wrong.Keys];

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlaneFixture.StartAsync();
        _desk = _plane.Get<ArbiterDesk>();
        await new ArbiterActivities(_desk, _plane.Get<ChangeWriter>())
            .BeginArbiterRowAsync(new BeginArbiterRowRequest(Payments, A, [A, B]));
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Theory, MemberData(nameof(Codes))]
    public async Task Request_ThatTheRulesRefuse_SaysWhyAndLeavesTheRow(string code)
    {
        var before = await _desk.FindAsync(Payments, TestContext.Current.CancellationToken);
        var answer = await AskAsync(Wrong[code]);
        var again = await AskAsync(Wrong[code] with { RequestId = "q2" });
        Assert.False(answer.Granted);
        Assert.Equal(code, answer.Refusal!.Code);
        Assert.Equal(code, again.Refusal!.Code);
        Assert.NotEmpty(answer.Refusal.Cause);
        Assert.NotEmpty(answer.Refusal.Correction);
        var after = await _desk.FindAsync(Payments, TestContext.Current.CancellationToken);
        Assert.Equal(
            (before!.Version, before.Generation, before.Primary, before.LastRequestId),
            (after!.Version, after.Generation, after.Primary, after.LastRequestId));
        Assert.Equal(before.Complete, after.Complete);

        var chain = await _plane.Admin.GetAsync("/api/v1/audit?limit=1000").OkAsync();
        var refused = chain["items"]!.AsArray().Where(r => (string?)r!["record"]!["outcome"] == "refused").ToList();
        Assert.Equal(code, (string?)Assert.Single(refused)!["record"]!["data"]!["code"]);
    }

    private Task<ArbiterAnswer> AskAsync(ArbiterRequest request) => _desk.DecideAsync(
        request, AuditActor.Machine(request.Asker.ToString()), cancel: TestContext.Current.CancellationToken);
}
