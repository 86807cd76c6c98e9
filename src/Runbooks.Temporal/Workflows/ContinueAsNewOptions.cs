using Runbooks.Temporal.Common;

namespace Runbooks.Temporal.Workflows;

/// <summary>What the next run of a chain changes; null values are taken from this run.</summary>
public class ContinueAsNewOptions : ICloneable
{
    /// <summary>Task queue of the next run.</summary>
    public string? TaskQueue { get; set; }

    /// <summary>Timeout of the next run.</summary>
    public TimeSpan? RunTimeout { get; set; }

    /// <summary>Timeout of one workflow task of the next run.</summary>
    public TimeSpan? TaskTimeout { get; set; }

    /// <summary>Memo of the next run.</summary>
    public IReadOnlyDictionary<string, object>? Memo { get; set; }

    /// <summary>Search attributes of the next run.</summary>
    public SearchAttributeCollection? TypedSearchAttributes { get; set; }

    /// <summary>Retry policy of the next run.</summary>
    public RetryPolicy? RetryPolicy { get; set; }

    /// <summary>Worker versioning intent; accepted for source compatibility.</summary>
    public VersioningIntent VersioningIntent { get; set; } = VersioningIntent.Unspecified;

    /// <summary>Shallow copy.</summary>
    /// <returns>The copy.</returns>
    public virtual object Clone() => MemberwiseClone();
}
