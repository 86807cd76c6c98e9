namespace Runbooks.Temporal.Common;

/// <summary>How a run moves between versions of a worker deployment. Numbers are the protocol's.</summary>
public enum VersioningBehavior
{
    /// <summary>The run belongs to no deployment version.</summary>
    Unspecified = 0,

    /// <summary>The run stays on the version it started on.</summary>
    Pinned = 1,

    /// <summary>The run moves to the current version at its next task.</summary>
    AutoUpgrade = 2,
}
