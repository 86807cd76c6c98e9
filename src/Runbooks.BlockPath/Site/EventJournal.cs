using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Volumes;
using Runbooks.Domain.Status;

namespace Runbooks.BlockPath.Site;

/// <summary>The site's events: numbered without gaps, durable before they are shown, kept until acknowledged.</summary>
/// <remarks>
/// Limit: 1500 events of about 400 bytes fit the file with room; above it the oldest acknowledged ones go
/// first, then the oldest (a control plane that was away for 1500 transitions sees the gap in the numbers).
/// </remarks>
internal sealed class EventJournal : IDisposable
{
    private const int KeptMax = 1500;
    private const int AcknowledgedKeptMax = 200;

    private readonly Lock gate = new();
    private readonly StoredList<SiteEvent> stored;
    private long acknowledged;

    public EventJournal(IFileSystem files, string folder) =>
        stored = new StoredList<SiteEvent>(files, Path.Combine(folder, "events"), VolumeRecord.Json);

    public SiteEvent Append(SiteEvent what)
    {
        lock (gate)
        {
            var last = stored.Items.Count > 0 ? stored.Items[^1].Sequence : 0;
            var numbered = what with { Sequence = last + 1 };
            stored.Items.Add(numbered);
            var surplus = Math.Max(
                stored.Items.Count - KeptMax,
                stored.Items.Count(e => e.Sequence <= acknowledged) - AcknowledgedKeptMax);
            if (surplus > 0)
            {
                stored.Items.RemoveRange(0, Math.Min(surplus, stored.Items.Count - 1));
            }

            stored.Store();
            return numbered;
        }
    }

    public IReadOnlyList<SiteEvent> After(long sequence, int countMax)
    {
        lock (gate)
        {
            return [.. stored.Items.Where(e => e.Sequence > sequence).Take(countMax)];
        }
    }

    public void Acknowledge(long sequence)
    {
        lock (gate)
        {
            acknowledged = Math.Max(acknowledged, sequence);
        }
    }

    public void Dispose() => stored.Dispose();
}
