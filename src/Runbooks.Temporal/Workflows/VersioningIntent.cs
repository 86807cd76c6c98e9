namespace Runbooks.Temporal.Workflows;

/// <summary>Version intent of started work; legacy, kept for source compatibility.</summary>
public enum VersioningIntent
{
    /// <summary>Server decides.</summary>
    Unspecified = 0,

    /// <summary>A compatible worker.</summary>
    Compatible = 1,

    /// <summary>The default worker.</summary>
    Default = 2,
}
