using Runbooks.Audit;
using Runbooks.ControlPlane.Api;

namespace Runbooks.ControlPlane.Reports;

/// <summary>Reads a run's records and makes its report of them.</summary>
public sealed class ReportDesk(AuditReader reader)
{
    private const int PageRecords = 5_000;

    public async Task<RunReport> BuildAsync(string run, CancellationToken cancel)
    {
        var entries = new List<ChainEntry>();
        while (true)
        {
            var page = await reader.FindAsync(
                new AuditQuery(entries.Count == 0 ? 0 : entries[^1].Sequence, PageRecords, Run: run), cancel);
            entries.AddRange(page);
            if (page.Count < PageRecords)
            {
                break;
            }
        }

        return entries.Count == 0 ? throw ApiRefusals.NotFound("record of run", run) : RunReport.Of(run, entries);
    }

    public async Task<string> HtmlAsync(string run, CancellationToken cancel) => ReportHtml.Write(await BuildAsync(run, cancel));
}
