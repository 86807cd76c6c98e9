using Dapper;
using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Arbitration;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Runs;

/// <summary>What a removal is decided on: the arbiter's row, the exposure, what people keep, and who answers.</summary>
public sealed class RemovalFacts(
    Database database, InventoryViews views, ArbiterDesk desk, SiteBoard board, GroupPictures pictures)
{
    // The sites' own limit for silence: with less, an agent in the middle of a restart would count as gone.
    private const double GoneSeconds = 30;

    internal async Task<ProtectionRuns.Removal> OfAsync(
        StoredProtection stored, bool keepCopies, bool force, CancellationToken cancel)
    {
        var exposure = (await views.ProtectionsAsync(stored.Group, null, cancel))
            .FirstOrDefault(p => p.Id == stored.Id)?.Exposure
            ?? new ExposureView("unknown", null, null, null, "not protected");
        var kept = await database.ReadAsync(
            c => c.ExecuteScalarAsync<int>(
                """
                select count(*)::int from control.recovery_points
                where protection = @Id and pinned and removed_at is null
                """,
                new { stored.Id }),
            cancel);
        var removal = new ProtectionRuns.Removal(
            stored, await desk.FindAsync(stored.Policy.Id, cancel), keepCopies, exposure)
        {
            KeptPoints = kept, IsForced = force && stored.State != "removed",
        };
        if (removal.IsForced)
        {
            await RequireForcibleAsync(removal, cancel);
        }

        return removal;
    }

    internal async Task<IReadOnlyDictionary<string, long>> GenerationsAsync(
        ProtectionRuns.Removal removal, CancellationToken cancel) => removal.IsForced
        ? await pictures.GenerationsAsync(await pictures.DescribeAsync(removal.Policy.Group, cancel), cancel)
        : removal.Generations;

    private async Task RequireForcibleAsync(ProtectionRuns.Removal removal, CancellationToken cancel)
    {
        if (!removal.KeepCopies)
        {
            throw ApiRefusals.Field(
                "keepCopies", "The copies at the standbys are the only ones left.",
                "Keep them now. Once the protection is removed, ask again with keepCopies=false to delete them.");
        }

        var reports = await board.AllAsync(cancel);
        if (reports.TryGetValue(removal.Primary.ToString(), out var report) && report.AgeSeconds < GoneSeconds)
        {
            throw ApiRefusals.Refuse(
                Domain.Errors.RefusalCodes.ProcedureNotGone,
                $"Protection {removal.Policy.Id} is not removed by force.",
                $"The agent of {removal.Primary} reported {report.AgeSeconds:0} s ago: it can stop in order.",
                "Remove the protection without force.", "force");
        }
    }
}
