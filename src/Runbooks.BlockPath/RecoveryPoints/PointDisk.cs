using Runbooks.BlockPath.Storage;

namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>One disk of a workload, for a point over all of them.</summary>
/// <param name="Image">The image behind its barrier.</param>
/// <param name="Commits">Makes the image durable.</param>
/// <param name="Metadata">The workload's metadata as JSON.</param>
public sealed record PointDisk(PreservingFile Image, GroupCommit Commits, string Metadata);
