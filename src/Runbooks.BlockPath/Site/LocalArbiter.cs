using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Volumes;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;

namespace Runbooks.BlockPath.Site;

/// <summary>
/// The arbiter of a site that was never joined to a control plane: the same rules on rows in the site's own folder.
/// </summary>
/// <remarks>
/// It can only say what this site knows. Without a control plane nobody prevents a person from promoting
/// both sites; the generations then show the divergence when they meet, and the lower one is fenced. That
/// is what two DRBD nodes without a third vote offer, and why <c>arbitrate</c> needs a control plane.
/// </remarks>
internal sealed class LocalArbiter : ISiteArbiter, IDisposable
{
    private readonly Lock gate = new();
    private readonly StoredList<ArbiterRow> rows;
    private readonly TimeProvider clock;

    public LocalArbiter(IFileSystem files, string folder, TimeProvider clock)
    {
        this.clock = clock;
        rows = new StoredList<ArbiterRow>(files, Path.Combine(folder, "local-arbiter"), VolumeRecord.Json);
    }

    public Task<ArbiterAnswer?> AskAsync(ArbiterRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (gate)
        {
            var row = Find(request.Protection);
            var answer = ArbiterRules.Decide(row, request, clock.GetUtcNow());
            if (answer is { Granted: true, Row: { } next } && next != row)
            {
                Put(next);
            }

            return Task.FromResult<ArbiterAnswer?>(answer);
        }
    }

    public ArbiterRow? Find(ProtectionId protection)
    {
        lock (gate)
        {
            return rows.Items.Find(row => row.Protection == protection);
        }
    }

    /// <summary>Stores a row: a new protection, one more site, or a generation learned from a peer.</summary>
    public void Put(ArbiterRow row)
    {
        lock (gate)
        {
            rows.Items.RemoveAll(known => known.Protection == row.Protection);
            rows.Items.Add(row);
            rows.Store();
        }
    }

    public void Dispose() => rows.Dispose();
}
