namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>A point and its layer, in the chain of a <see cref="RecoveryPointSet"/>.</summary>
internal sealed class PointLayer(PointRecord record, LayerFile file)
{
    public PointRecord Record { get; set; } = record;

    public LayerFile File { get; } = file;

    /// <summary>The instant has been; changes after it are kept here or in a newer layer.</summary>
    public bool IsPinned { get; set; }

    /// <summary>A point to show, not just a layer that others read through.</summary>
    public bool IsPoint => Record.State != PointState.Withdrawn;
}
