using Runbooks.BlockPath.Nbd;
using Runbooks.BlockPath.RecoveryPoints;
using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Volumes;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Status;

namespace Runbooks.BlockPath.Site;

/// <summary>Writable overlays over recovery points, each owned by a run and removed with it.</summary>
/// <remarks>
/// The list is durable before the first overlay is made, and an entry goes only after its files are gone: whatever
/// crashes in between, a tear-down of the run finds everything. A clone of an earlier process is not exported
/// again: its drill's machines died with the connection, and the only thing left to do with it is to tear it down.
/// </remarks>
internal sealed class SiteClones(Site site) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, PointTarget> targets = [];
    private StoredList<Entry> entries = null!;

    public void Start() => entries = new StoredList<Entry>(
        LinuxFileSystem.Instance, Path.Combine(site.Options.DataFolder, "clones"), VolumeRecord.Json);

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var target in targets.Values)
            {
                target.Dispose();
            }

            entries.Dispose();
        }
    }

    public Outcome<CloneFacts> Create(string key, string run, ProtectionId protection, RecoveryPointId point)
    {
        var volumes = site.VolumesOf(protection);
        if (volumes.Count == 0)
        {
            return site.NotHere(protection);
        }

        var id = CloneId.FromGuid(Guid.NewGuid());
        var exports = volumes.ToDictionary(
            v => site.Folder.Read(v.Id)!.Disk, v => $"{id}-{site.Folder.Read(v.Id)!.Disk}");
        lock (gate)
        {
            entries.Items.Add(new Entry(id, run, key, [.. exports.Values]));
            entries.Store();
        }

        foreach (var volume in volumes)
        {
            var opened = volume.Image.Points.OpenReader(point);
            if (!opened.IsOk)
            {
                return opened.Refusal;
            }

            var name = exports[site.Folder.Read(volume.Id)!.Disk];
            Directory.CreateDirectory(FolderOf());
            var overlay = CloneOverlay.Open(LinuxFileSystem.Instance, PathOf(name), volume.Length);
            var target = new PointTarget(opened.Value, site.Executor, overlay);
            lock (gate)
            {
                targets[name] = target;
            }

            site.Nbd.Exports.TryAdd(new NbdExport(name, target, $"clone of {point}"));
        }

        return new CloneFacts(id, exports, site.NbdAddresses.Count > 0 ? site.NbdAddresses[0] : string.Empty);
    }

    public async Task<IReadOnlyList<string>> TearDownAsync(string run)
    {
        List<Entry> mine;
        lock (gate)
        {
            mine = [.. entries.Items.Where(e => e.Run == run)];
        }

        var removed = new List<string>();
        foreach (var entry in mine)
        {
            foreach (var name in entry.Exports)
            {
                await site.Nbd.WithdrawAsync(name);
                lock (gate)
                {
                    if (targets.Remove(name, out var target))
                    {
                        target.Dispose();
                    }
                }

                CloneOverlay.Delete(LinuxFileSystem.Instance, PathOf(name));
                removed.Add($"export {name}");
            }

            lock (gate)
            {
                entries.Items.Remove(entry);
                entries.Store();
            }

            removed.Add($"clone {entry.Id}");
        }

        return removed;
    }

    public IEnumerable<InventoryItem> Inventory()
    {
        lock (gate)
        {
            return [.. entries.Items.Select(e => new InventoryItem("clone", e.Id.ToString()))];
        }
    }

    private string FolderOf() => Path.Combine(site.Options.DataFolder, "overlays");

    private string PathOf(string name) => Path.Combine(FolderOf(), name);

    internal sealed record Entry(CloneId Id, string Run, string Key, IReadOnlyList<string> Exports);
}
