using Runbooks.Replication;

namespace Runbooks.BlockPath.Volumes;

/// <summary>Events on their way to the owner of a volume, in order of arrival.</summary>
/// <remarks>
/// Two lists that change places: posting is a lock and a copy, taking is one swap for the whole batch, nothing is allocated after
/// warm-up. Bounded by what can be open: guest requests (the volume's limits) and one window of frames.
/// </remarks>
internal sealed class VolumeMailbox
{
    private readonly Lock gate = new();
    private List<VolumeEvent> filling = new(256);
    private List<VolumeEvent> taken = new(256);

    public bool IsEmpty
    {
        get
        {
            lock (gate)
            {
                return filling.Count == 0;
            }
        }
    }

    public void Post(in VolumeEvent happened)
    {
        lock (gate)
        {
            filling.Add(happened);
        }
    }

    /// <summary>Everything that waits; good until the next call. For the owner only.</summary>
    public List<VolumeEvent> Take()
    {
        taken.Clear();
        lock (gate)
        {
            (filling, taken) = (taken, filling);
        }

        return taken;
    }
}
