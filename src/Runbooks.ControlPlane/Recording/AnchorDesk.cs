using System.Security.Cryptography;
using System.Text;
using Dapper;
using Runbooks.Audit;
using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Agents;

namespace Runbooks.ControlPlane.Recording;

/// <summary>
/// Gives every signed head to every site's agent with the answer to its report, and compares the chain with what they
/// keep. A rewritten
/// chain can be signed anew here, but not there.
/// </summary>
public sealed class AnchorDesk(Database database)
{
    // A site that was away for a day has 1,440 heads to take: fifteen reports.
    private const int HeadsPerReport = 100;

    /// <summary>The heads that a site lacks, oldest first; the newest again, so that it can contradict.</summary>
    public async Task<IReadOnlyList<AuditAnchor>> ForAsync(AnchorStatus? anchored, CancellationToken cancel)
    {
        var rows = await database.ReadAsync(
            c => c.QueryAsync<(string Statement, byte[] Signature)>(
                "select statement, signature from audit.heads where sequence >= @after "
                    + "order by sequence, statement limit @HeadsPerReport",
                new { after = anchored?.Sequence ?? 0, HeadsPerReport }),
            cancel);
        return [.. rows.Select(r => new SignedHead(r.Statement, r.Signature))
            .Select(h => new AuditAnchor(h.Sequence, h.Hash, h.ToLine()))];
    }

    /// <summary>Records and alerts, once, that a site refuses a head.</summary>
    public static async Task TellConflictAsync(Change change, string site, string conflict)
    {
        var id =
            $"anchor-conflict/{site}/"
            + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(conflict)))[..16];
        var isNew = await change.Connection.ExecuteAsync(
            "insert into control.alerts (id, severity, title, body) values (@id, 'alert', @title, @body) "
                + "on conflict do nothing",
            new
            {
                id, title = $"Site {site} refuses an audit head",
                body = $"{conflict}. Export the chain, compare it with the site's file of heads "
                    + "(runbooks audit verify FILE --anchors), and find "
                    + "out who could write to the control plane's database.",
            },
            change.Transaction);
        if (isNew == 1)
        {
            change.Record(new AuditEntry("audit.anchor-refused", AuditActor.Machine(site),
                new AuditSubject("audit", "chain"))
            {
                Site = site, Outcome = "failure", Reason = conflict,
            });
        }
    }

    /// <summary>Each site's word against the chain as it is now.</summary>
    public async Task<IReadOnlyList<AnchorView>> CompareAsync(IReadOnlyDictionary<string, SiteReport> reports,
        CancellationToken cancel)
    {
        var views = new List<AnchorView>();
        foreach (var (site, anchor) in reports.OrderBy(r => r.Key, StringComparer.Ordinal)
            .Select(r => (r.Key, r.Value.Status.Anchor)))
        {
            if (anchor is null || anchor.Sequence == 0)
            {
                continue;
            }

            var here = await database.ReadAsync(
                c => c.ExecuteScalarAsync<string?>("select hash from audit.records where sequence = @Sequence",
                    new { anchor.Sequence }), cancel);
            var detail = anchor.Conflict.Length > 0 ? anchor.Conflict
                : here is null ? $"the chain ends before record {anchor.Sequence}, which the site has a signed head of"
                : here != anchor.Hash ? $"record {anchor.Sequence} has hash {here} here and {anchor.Hash} at the site"
                : string.Empty;
            views.Add(new AnchorView(site, anchor.Sequence, anchor.Hash, anchor.Heads, detail.Length == 0, detail));
        }

        return views;
    }
}
