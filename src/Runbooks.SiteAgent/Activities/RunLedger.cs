using System.Text.Json;
using Runbooks.BlockPath.Storage;
using Runbooks.Domain.Ids;
using Runbooks.SiteAgent.Host;

namespace Runbooks.SiteAgent.Activities;

/// <summary>Which recovery points each run made here: one small file per run, replaced whole.</summary>
/// <remarks><b>Threading</b>: any thread. <b>Durability</b>: on return the entry is on stable storage.</remarks>
public sealed class RunLedger
{
    private readonly Lock gate = new();
    private readonly string folder;

    /// <summary>Opens the ledger in a folder, which is made when missing.</summary>
    public RunLedger(string folder)
    {
        this.folder = folder;
        Directory.CreateDirectory(folder);
    }

    /// <summary>Adds a point to a run; adding it again changes nothing.</summary>
    public void Remember(string run, ProtectionId protection, RecoveryPointId point)
    {
        lock (gate)
        {
            var entries = Read(run);
            if (!entries.Contains(new Entry(protection, point)))
            {
                Write(run, [.. entries, new Entry(protection, point)]);
            }
        }
    }

    /// <summary>The points that a run made of a protection.</summary>
    public IReadOnlyList<RecoveryPointId> PointsOf(string run, ProtectionId protection)
    {
        lock (gate)
        {
            return [.. Read(run).Where(e => e.Protection == protection).Select(e => e.Point)];
        }
    }

    /// <summary>Forgets a run's points of a protection, after they were dropped.</summary>
    public void Forget(string run, ProtectionId protection)
    {
        lock (gate)
        {
            Write(run, [.. Read(run).Where(e => e.Protection != protection)]);
        }
    }

    // Run names contain slashes where a procedure belongs to no run.
    private string PathOf(string run) => Path.Combine(folder, Uri.EscapeDataString(run) + ".json");

    private List<Entry> Read(string run) =>
        File.Exists(PathOf(run)) ? JsonSerializer.Deserialize<List<Entry>>(File.ReadAllText(PathOf(run))) ?? [] : [];

    private void Write(string run, List<Entry> entries)
    {
        if (entries.Count == 0)
        {
            File.Delete(PathOf(run));
            return;
        }

        DurableText.Replace(PathOf(run), JsonSerializer.Serialize(entries));
    }

    private sealed record Entry(ProtectionId Protection, RecoveryPointId Point);
}
