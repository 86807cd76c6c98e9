using System.Collections.Immutable;
using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Volumes;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Status;

namespace Runbooks.BlockPath.Site;

/// <summary>
/// Volumes whose files could not be opened: an image moved away, a file system not mounted yet, a damaged record.
/// </summary>
/// <remarks>
/// <para>
/// One such volume must not take the other machines of the site down, so the agent starts without it, says why
/// in its status, and tries again every few seconds: an image that comes back is served without a restart.
/// </para>
/// <para>
/// The unit is the protection, that is a machine with all its disks. When one disk is absent the others
/// are held back: a machine started with half its disks, a copy promoted with half of them, or an arbiter
/// told "complete" by the half that is there would all be wrong. So every order about an absent volume or
/// its protection is refused, except giving the volume back and fencing, which is what it is already.
/// </para>
/// <para>
/// An absent copy needs no fence of its own: when it comes back it starts closed like
/// any primary after a restart, and opens only when the arbiter still names this site.
/// </para>
/// Threading: any thread. The gate is held while files are opened, so a retry never races with an order that forgets
/// a volume; reading takes no gate, because a mount that hangs must not take the status of the site with it.
/// </remarks>
internal sealed class AbsentVolumes
{
    private readonly VolumeFolder folder;
    private readonly SiteId site;
    private readonly Func<VolumeSettings, Volume> open;
    private readonly Action<Volume, VolumeSettings> start;
    private readonly Action<string> log;
    private readonly Lock gate = new();
    private volatile ImmutableDictionary<VolumeId, Entry> entries = ImmutableDictionary<VolumeId, Entry>.Empty;
    private int attempts;
    private bool isClosed;

    public AbsentVolumes(
        VolumeFolder folder, SiteId site, Func<VolumeSettings, Volume> open, Action<Volume, VolumeSettings> start,
        Action<string> log) => (this.folder, this.site, this.open, this.start, this.log) = (folder, site, open, start, log);

    /// <summary>Starts the volumes of one protection together, or keeps them all as absent.</summary>
    public void StartTogether(IReadOnlyList<VolumeSettings> together)
    {
        lock (gate)
        {
            Attempt(together);
        }
    }

    /// <summary>Tries again; cheap when nothing is absent, and nothing while an earlier attempt hangs.</summary>
    public void TryAgain()
    {
        if (entries.IsEmpty || Interlocked.Exchange(ref attempts, 1) != 0)
        {
            return;
        }

        try
        {
            lock (gate)
            {
                foreach (var together in isClosed ? [] : entries.Values.GroupBy(e => e.Settings.Protection).ToList())
                {
                    // What failed before is tried first: while it fails the volumes held back are not touched.
                    Attempt([.. together.OrderBy(e => e.IsHeldBack).Select(e => e.Settings)]);
                }
            }
        }
        finally
        {
            Volatile.Write(ref attempts, 0);
        }
    }

    /// <summary>Why a volume is not served; null when it is, or when the site has never heard of it.</summary>
    public Refusal? WhyNot(VolumeId volume) =>
        entries.TryGetValue(volume, out var entry) ? SiteRefusals.Absent(volume, site, entry.Why) : null;

    /// <summary>Why a protection cannot be acted on here; null when it can.</summary>
    public Refusal? WhyNot(ProtectionId protection) =>
        entries.Values.Where(e => e.Settings.Protection == protection).MinBy(e => e.IsHeldBack) is { } entry
            ? SiteRefusals.Absent(entry.Settings.Volume, site, entry.Why)
            : null;

    /// <summary>Takes a volume off the list, so that it can be given back. False when it is not on it.</summary>
    public bool TryForget(VolumeId volume)
    {
        lock (gate)
        {
            var isListed = entries.ContainsKey(volume);
            entries = entries.Remove(volume);
            return isListed;
        }
    }

    public IEnumerable<VolumeStatus> Describe() => entries.Values.Select(e => e.Status);

    /// <summary>No volume is started from now on.</summary>
    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
        }
    }

    private void Attempt(IReadOnlyList<VolumeSettings> together)
    {
        var opened = new List<(Volume Volume, VolumeSettings Settings)>();
        foreach (var settings in together)
        {
            try
            {
                opened.Add((open(settings), settings));
            }
            catch (DiskFault fault)
            {
                opened.ForEach(o => o.Volume.Dispose());
                Keep(together, settings, fault);
                return;
            }
        }

        foreach (var (volume, settings) in opened)
        {
            start(volume, settings);
            if (entries.ContainsKey(settings.Volume))
            {
                entries = entries.Remove(settings.Volume);
                log($"{settings.Volume}: its files are back; it is started");
            }
        }
    }

    private void Keep(IReadOnlyList<VolumeSettings> together, VolumeSettings failed, DiskFault fault)
    {
        if (!entries.TryGetValue(failed.Volume, out var known) || known.Why != fault.Message)
        {
            log($"{failed.Volume}: not served: {fault.Message}");
        }

        var next = entries;
        foreach (var settings in together)
        {
            var isHeldBack = settings != failed;
            var why = isHeldBack ? $"{failed.Volume} of the same protection is absent: {fault.Message}" : fault.Message;
            next = next.SetItem(settings.Volume, new Entry(settings, why, isHeldBack, StatusOf(settings, why)));
        }

        entries = next;
    }

    private VolumeStatus StatusOf(VolumeSettings settings, string why)
    {
        var record = folder.RecordOf(settings.Volume);
        return new VolumeStatus(
            settings.Volume, settings.Protection, settings.Workload, settings.Disk, settings.SizeBytes,
            record?.Role ?? Role.Fenced, record?.Generation ?? default, false, string.Empty, [])
        {
            Failure = $"not served: {why.TrimEnd('.')}",
        };
    }

    private sealed record Entry(VolumeSettings Settings, string Why, bool IsHeldBack, VolumeStatus Status);
}
