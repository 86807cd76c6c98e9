using Dapper;
using Runbooks.Audit;
using Runbooks.ControlPlane.Arbitration;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Temporal.Activities;
using Runbooks.Workflows.Control;

namespace Runbooks.ControlPlane.Workers;

/// <summary>The arbiter's table for workflows; a promotion enters by no other door.</summary>
public sealed class ArbiterActivities(ArbiterDesk desk, ChangeWriter changes) : IArbiterActivities
{
    [Activity]
    public async Task<ArbiterRow> BeginArbiterRowAsync(BeginArbiterRowRequest request)
    {
        await changes.CommitAsync(async change =>
        {
            await ArbiterDesk.AddSitesAsync(change, request.Protection, request.Sites);
            var made = await ArbiterDesk.BeginAsync(change, request.Protection, request.Primary, request.Sites);
            if (made)
            {
                change.Record(new AuditEntry(
                    "arbiter.began", AuditActor.System("workflow"), new AuditSubject("protection", request.Protection.ToString()))
                {
                    Data = new() { ["primary"] = request.Primary.ToString(), ["sites"] = string.Join(',', request.Sites) },
                });
            }
        });
        return await desk.FindAsync(request.Protection)
            ?? throw new InvalidOperationException("The arbiter's row is gone after it was made.");
    }

    [Activity]
    public Task<ArbiterRow?> ReadArbiterRowAsync(ProtectionId protection) => desk.FindAsync(protection);

    [Activity]
    public Task<ArbiterAnswer> PromoteInArbiterAsync(Promote request) =>
        desk.DecideAsync(request, AuditActor.System("workflow"), RunOf(request.RequestId));

    [Activity]
    public Task<ArbiterRow?> CloseArbiterRowAsync(CloseArbiterRowRequest request) => changes.CommitAsync(async change =>
    {
        var (row, isNew) = await ArbiterDesk.CloseAsync(change, request.Protection, request.Run);
        if (isNew)
        {
            change.Record(new AuditEntry(
                "arbiter.closed", AuditActor.System("workflow"),
                    new AuditSubject("protection", request.Protection.ToString()))
            {
                Run = request.Run,
                Data = new()
                {
                    ["primary"] = row!.Primary.ToString(), ["generation"] = row.Generation.Value,
                        ["version"] = row.Version,
                },
            });
        }

        return row;
    });

    [Activity]
    public Task EndArbiterRowAsync(ProtectionId protection) => changes.CommitAsync(async change =>
    {
        var removed = await change.Connection.ExecuteAsync(
            "delete from control.arbiter where protection = @id", new { id = protection.ToString() }, change.Transaction);
        if (removed > 0)
        {
            change.Record(new AuditEntry(
                "arbiter.ended", AuditActor.System("workflow"), new AuditSubject("protection", protection.ToString())));
        }
    });

    // The workflow's request ids begin with the run.
    private static string? RunOf(string requestId) =>
        requestId.Split('/')[0] is var first && RunId.TryParse(first, out _) ? first : null;
}
