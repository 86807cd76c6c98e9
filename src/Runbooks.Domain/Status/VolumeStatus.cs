using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.Domain.Status;

/// <summary>
/// One volume at one site, now. All counters start at 0 with the agent process unless said otherwise.
/// </summary>
/// <param name="Volume">Which volume.</param>
/// <param name="Protection">Its protection; none for a volume that is only served.</param>
/// <param name="Workload">Its workload; none likewise.</param>
/// <param name="Disk">The disk's name in the workload.</param>
/// <param name="SizeBytes">Size of the image.</param>
/// <param name="Role">Role of this copy.</param>
/// <param name="Generation">Generation stored with this copy.</param>
/// <param name="IsOpen">True when an export serves writes.</param>
/// <param name="ExportName">NBD export name; empty when not exported.</param>
/// <param name="Links">One per other site.</param>
public sealed record VolumeStatus(
    VolumeId Volume,
    ProtectionId Protection,
    WorkloadId Workload,
    string Disk,
    long SizeBytes,
    Role Role,
    Generation Generation,
    bool IsOpen,
    string ExportName,
    IReadOnlyList<LinkStatus> Links)
{
    /// <summary>Guest writes acknowledged.</summary>
    public long GuestWrites { get; init; }

    /// <summary>Bytes of guest writes acknowledged.</summary>
    public long GuestWriteBytes { get; init; }

    /// <summary>Guest reads served.</summary>
    public long GuestReads { get; init; }

    /// <summary>Bytes of guest reads served.</summary>
    public long GuestReadBytes { get; init; }

    /// <summary>Guest, local and WAN legs of writes.</summary>
    public IReadOnlyList<LatencySummary> Latencies { get; init; } = [];

    /// <summary>
    /// Longest guest write since the start, in milliseconds; a write still waiting counts with its age.
    /// </summary>
    public double LongestWriteMilliseconds { get; init; }

    /// <summary>A durable error of this copy, in words; empty when healthy.</summary>
    public string Failure { get; init; } = string.Empty;

    /// <summary>What guests are refused though the copy is healthy, in words; empty when nothing is.</summary>
    public string Notice { get; init; } = string.Empty;
}

/// <summary>One link of one volume.</summary>
/// <param name="Peer">The other site.</param>
/// <param name="State">State of the link.</param>
/// <param name="Since">When it entered that state.</param>
/// <param name="DirtyBytes">What the peer lacks.</param>
/// <param name="ExposureSeconds">Since when the peer is incomplete, in seconds; 0 only when proven complete.</param>
/// <param name="IsComplete">True when the arbiter (or, without one, the link itself) says that the peer has every
/// acknowledged write.</param>
public sealed record LinkStatus(
    SiteId Peer,
    LinkState State,
    DateTimeOffset Since,
    long DirtyBytes,
    double ExposureSeconds,
    bool IsComplete)
{
    /// <summary>Bytes of the running full copy or catch-up; 0 when none runs.</summary>
    public long CopyTotalBytes { get; init; }

    /// <summary>Bytes of it already confirmed by the peer.</summary>
    public long CopyDoneBytes { get; init; }

    /// <summary>Its rate over the last seconds.</summary>
    public long CopyBytesPerSecond { get; init; }

    /// <summary>Payload bytes sent by full copy and catch-up since the agent started.</summary>
    public long CopyBytesSent { get; init; }

    /// <summary>Payload bytes sent by dual writes since the agent started.</summary>
    public long DualWriteBytesSent { get; init; }
}

/// <summary>A latency histogram reduced to what people read.</summary>
/// <param name="Leg"><c>guest</c>, <c>local</c> or <c>wan</c>.</param>
/// <param name="Count">Samples.</param>
/// <param name="P50Microseconds">Median.</param>
/// <param name="P99Microseconds">99th percentile.</param>
/// <param name="MaxMicroseconds">Largest.</param>
public sealed record LatencySummary(string Leg, long Count, double P50Microseconds, double P99Microseconds,
    double MaxMicroseconds);
