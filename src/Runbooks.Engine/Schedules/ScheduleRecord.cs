using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Schedule.V1;

namespace Runbooks.Engine.Schedules;

/// <summary>
/// A schedule: what was asked for, what is shown of it, and where it stands. Changed under its actor's gate.
/// </summary>
public sealed class ScheduleRecord
{
    public required string Namespace { get; init; }

    public required string ScheduleId { get; init; }

    /// <summary>Raised by every write.</summary>
    public long Version { get; set; }

    /// <summary>
    /// The last write failed without telling whether it was made: the next one accepts either version.
    /// </summary>
    public bool VersionInDoubt { get; set; }

    public required Schedule Schedule { get; set; }

    public ScheduleInfo Info { get; init; } = new();

    public ScheduleProgress Progress { get; init; } = new();

    public Memo Memo { get; set; } = new();

    public SearchAttributes SearchAttributes { get; set; } = new();
}

/// <summary>Where a schedule stands. Stored as JSON.</summary>
public sealed class ScheduleProgress
{
    public string CreateRequestId { get; set; } = "";

    /// <summary>Raised by every change a person could overwrite; clients hold it as conflict token.</summary>
    public long Revision { get; set; } = 1;

    /// <summary>Due times up to here have been considered: started, waiting, skipped or missed.</summary>
    public DateTime Considered { get; set; }

    /// <summary>Starts decided but not yet made, oldest first.</summary>
    public List<PendingStart> Waiting { get; set; } = [];

    public List<PendingBackfill> Backfills { get; set; } = [];

    public List<WatchedRun> Watched { get; set; } = [];

    /// <summary>Result of the last run that completed, handed to the next one (a <see cref="Payloads"/>).</summary>
    public byte[] LastResult { get; set; } = [];

    /// <summary>How the last run failed, if it did (a Failure).</summary>
    public byte[] LastFailure { get; set; } = [];

    /// <summary>Since when nothing remains to be done.</summary>
    public DateTime? DoneSince { get; set; }
}

/// <summary>One start to make. Its request id is durable before the start is made.</summary>
public sealed class PendingStart
{
    public required Guid RequestId { get; init; }

    public required DateTime Nominal { get; init; }

    public required DateTime Actual { get; init; }

    public required ScheduleOverlapPolicy Overlap { get; init; }

    /// <summary>Asked for by a person (trigger, backfill): neither pause nor action limit applies.</summary>
    public bool Manual { get; init; }

    public int Attempts { get; set; }

    public DateTime? NotBefore { get; set; }

    /// <summary>The runs in its way were already asked to stop.</summary>
    public bool OthersStopped { get; set; }
}

public sealed class PendingBackfill
{
    public required DateTime Considered { get; set; }

    public required DateTime End { get; init; }

    public required ScheduleOverlapPolicy Overlap { get; init; }
}

/// <summary>A run that a schedule started and whose end it awaits.</summary>
/// <param name="WorkflowId">Its workflow id.</param>
/// <param name="FirstRunId">The run that was started; its chain may have gone on.</param>
/// <param name="Overlapping">Started with ALLOW_ALL: it is in nobody's way.</param>
public sealed record WatchedRun(string WorkflowId, string FirstRunId, bool Overlapping);
