using Runbooks.BlockPath.Storage;
using Runbooks.Domain.Errors;

namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>
/// A point between its preparation and its completion; see <see cref="RecoveryPointSet"/> for the three steps.
/// </summary>
public sealed class PendingPoint
{
    private readonly RecoveryPointSet _set;
    private readonly PointLayer _layer;

    internal PendingPoint(RecoveryPointSet set, PointLayer layer)
    {
        _set = set;
        _layer = layer;
    }

    /// <summary>The instant. Call while no write of the image is running; touches memory only.</summary>
    public void Pin() => _set.Pin(_layer);

    /// <summary>Makes what was written before the instant durable and the point whole. Writes may go on.</summary>
    /// <remarks>Errors: the fault of the image's flush; the point is then abandoned.</remarks>
    public async Task<Outcome<PointRecord>> CompleteAsync(GroupCommit image)
    {
        try
        {
            await image.FlushAsync().ConfigureAwait(false);
        }
        catch (DiskFault)
        {
            Abandon();
            throw;
        }

        return _set.Complete(_layer);
    }

    /// <summary>As <see cref="CompleteAsync"/>, for callers that have made the image durable themselves.</summary>
    public Outcome<PointRecord> Complete() => _set.Complete(_layer);

    /// <summary>Gives the point up; older points keep reading as they did.</summary>
    public void Abandon() => _set.Abandon(_layer);
}
