using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Schedule.V1;
using Overlap = Temporalio.Api.Enums.V1.ScheduleOverlapPolicy;

namespace Runbooks.Engine.Schedules;

/// <summary>What a schedule wants done next.</summary>
public abstract record ScheduleMove
{
    public sealed record Start(PendingStart Due) : ScheduleMove;

    /// <summary>Ask the runs in the way of <paramref name="Due"/> to stop; it starts when they have.</summary>
    public sealed record StopOthers(PendingStart Due, bool Terminate) : ScheduleMove;
}

// The pure rules of schedules. Time comes in as an argument, ids as a function; nothing here waits, reads or writes.
//
//   Consider(now)  due times and backfills -> Waiting (or missed, or passed over while paused)
//   Next()         Waiting x running x overlap policy -> the one move to make now (skipping what the policy skips)
//   Started / Dropped / Closed   outcomes of moves, back into the record
//
// A move is made only after the record it came from is durable; see ScheduleActor.
public static class ScheduleMoves
{
    public const int WaitingMax = 1_000;
    public const int BackfillsPerPass = 10;
    public const int RecentMax = 10;
    private static readonly TimeSpan CatchUpDefault = TimeSpan.FromDays(365);
    private static readonly TimeSpan CatchUpMin = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Moves due times up to <paramref name="now"/> into the waiting list; true when anything changed.
    /// </summary>
    public static bool Consider(ScheduleRecord record, CompiledSpec spec, DateTime now, Func<Guid> newId)
    {
        var progress = record.Progress;
        var changed = false;
        for (var passed = 0; passed < WaitingMax; passed++)
        {
            if (spec.NextAfter(progress.Considered, Seed(record)) is not { } due || due.Actual > now)
            {
                break;
            }
            progress.Considered = due.Nominal;
            changed = true;
            if (!MayAct(record, manual: false))
            {
                continue;
            }
            if (now - due.Actual > CatchUpWindow(record.Schedule))
            {
                record.Info.MissedCatchupWindow++;
                continue;
            }
            Add(record, due, Overlap.Unspecified, manual: false, newId());
        }
        return ConsiderBackfills(record, spec, newId) || changed;
    }

    /// <summary>
    /// The move to make now; null when nothing can be done. What the policies skip is removed on the way.
    /// </summary>
    public static ScheduleMove? Next(ScheduleRecord record, DateTime now)
    {
        var waiting = record.Progress.Waiting;
        var running = record.Progress.Watched.Any(run => !run.Overlapping);
        var kept = new List<PendingStart>();
        foreach (var due in waiting.ToList())
        {
            if (!MayAct(record, due.Manual))
            {
                waiting.Remove(due);
                continue;
            }
            if (due.NotBefore > now)
            {
                kept.Add(due);
                continue;
            }
            var overlap = Resolve(record, due.Overlap);
            if (overlap == Overlap.AllowAll || (!running && kept.Count == 0))
            {
                return new ScheduleMove.Start(due);
            }
            if (overlap is Overlap.CancelOther or Overlap.TerminateOther)
            {
                // Only the newest replacement matters: an older one would be stopped by it at once.
                var older = kept.Where(other => Resolve(record, other.Overlap) is Overlap.CancelOther or Overlap.TerminateOther);
                Skip(record, older.ToList(), kept);
                kept.Add(due);
                if (running && !due.OthersStopped)
                {
                    return new ScheduleMove.StopOthers(due, overlap == Overlap.TerminateOther);
                }
            }
            else if (overlap == Overlap.BufferAll || (overlap == Overlap.BufferOne && kept.Count == 0))
            {
                kept.Add(due);
            }
            else
            {
                Skip(record, [due], kept);
            }
        }
        return null;
    }

    public static void Started(ScheduleRecord record, PendingStart due, WorkflowExecution run, DateTime now)
    {
        record.Progress.Waiting.Remove(due);
        var overlapping = Resolve(record, due.Overlap) == Overlap.AllowAll;
        record.Progress.Watched.Add(new WatchedRun(run.WorkflowId, run.RunId, overlapping));
        record.Info.ActionCount++;
        record.Info.RecentActions.Add(new ScheduleActionResult
        {
            ScheduleTime = Timestamp.FromDateTime(due.Actual),
            ActualTime = Timestamp.FromDateTime(now),
            StartWorkflowResult = run,
            StartWorkflowStatus = WorkflowExecutionStatus.Running,
        });
        while (record.Info.RecentActions.Count > RecentMax)
        {
            record.Info.RecentActions.RemoveAt(0);
        }
        if (!due.Manual && record.Schedule.State is { LimitedActions: true } state)
        {
            record.Progress.Revision++;
            state.RemainingActions = Math.Max(0, state.RemainingActions - 1);
        }
    }

    /// <summary>A start that can never be made (its id is taken, its action refused) leaves the list.</summary>
    public static void Dropped(ScheduleRecord record, PendingStart due)
    {
        record.Progress.Waiting.Remove(due);
        record.Info.OverlapSkipped++;
    }

    public static void Closed(
        ScheduleRecord record, WatchedRun run, WorkflowExecutionStatus status, Payloads? result, Failure? failure)
    {
        record.Progress.Watched.Remove(run);
        foreach (var action in record.Info.RecentActions.Where(a => a.StartWorkflowResult.RunId == run.FirstRunId))
        {
            action.StartWorkflowStatus = status;
        }
        if (status == WorkflowExecutionStatus.Completed)
        {
            record.Progress.LastResult = result?.ToByteArray() ?? [];
            record.Progress.LastFailure = [];
        }
        else if (failure is not null)
        {
            record.Progress.LastFailure = failure.ToByteArray();
        }
        var failed = status is WorkflowExecutionStatus.Failed or WorkflowExecutionStatus.TimedOut;
        if (failed && !run.Overlapping && record.Schedule.Policies is { PauseOnFailure: true } && !record.Schedule.State.Paused)
        {
            record.Progress.Revision++;
            record.Schedule.State.Paused = true;
            record.Schedule.State.Notes = status == WorkflowExecutionStatus.TimedOut
                ? $"paused due to workflow timeout: {run.WorkflowId}"
                : $"paused due to workflow failure: {run.WorkflowId}: {failure?.Message}";
        }
    }

    /// <summary>Applies a patch; <paramref name="now"/> is the time of a trigger that names none.</summary>
    public static void Patch(ScheduleRecord record, SchedulePatch patch, DateTime now, Func<Guid> newId)
    {
        record.Progress.DoneSince = null;
        record.Progress.Revision++;
        if (patch.TriggerImmediately is { } trigger)
        {
            var time = trigger.ScheduledTime?.ToDateTime() ?? now;
            var second = new DateTime(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);
            Add(record, new DueTime(second, time), trigger.OverlapPolicy, manual: true, newId());
        }
        record.Progress.Backfills.AddRange(patch.BackfillRequest.Select(asked => new PendingBackfill
        {
            // Both ends belong to the range; the search is for times after.
            Considered = asked.StartTime.ToDateTime().AddMilliseconds(-1),
            End = asked.EndTime.ToDateTime(),
            Overlap = asked.OverlapPolicy,
        }));
        if (patch.Pause.Length > 0)
        {
            (record.Schedule.State.Paused, record.Schedule.State.Notes) = (true, patch.Pause);
        }
        if (patch.Unpause.Length > 0)
        {
            (record.Schedule.State.Paused, record.Schedule.State.Notes) = (false, patch.Unpause);
        }
    }

    /// <summary>The next times an action would be taken, for people to see.</summary>
    public static IEnumerable<DateTime> Future(ScheduleRecord record, CompiledSpec spec, DateTime now, int count)
    {
        if (record.Schedule.State is { LimitedActions: true, RemainingActions: var remaining })
        {
            count = (int)Math.Min(count, remaining);
        }
        var after = record.Progress.Considered > now ? record.Progress.Considered : now;
        while (count-- > 0 && spec.NextAfter(after, Seed(record)) is { } due)
        {
            yield return due.Actual;
            after = due.Nominal;
        }
    }

    /// <summary>
    /// When the record must be looked at again; null when only a patch or a closing run can change it.
    /// </summary>
    public static DateTime? WakeAt(ScheduleRecord record, CompiledSpec spec, DateTime now)
    {
        if (record.Progress.Backfills.Count > 0 && record.Progress.Waiting.Count < WaitingMax)
        {
            return now;
        }
        var due = spec.NextAfter(record.Progress.Considered, Seed(record))?.Actual;
        var retry = record.Progress.Waiting.Where(start => start.NotBefore > now).Min(start => start.NotBefore);
        return retry is null || due < retry ? due : retry;
    }

    public static string Seed(ScheduleRecord record) => $"{record.Namespace}/{record.ScheduleId}";

    private static bool ConsiderBackfills(ScheduleRecord record, CompiledSpec spec, Func<Guid> newId)
    {
        var changed = false;
        var left = BackfillsPerPass;
        foreach (var backfill in record.Progress.Backfills.ToList())
        {
            while (left > 0 && record.Progress.Waiting.Count < WaitingMax)
            {
                changed = true;
                if (spec.NextAfter(backfill.Considered, Seed(record)) is not { } due || due.Nominal > backfill.End)
                {
                    record.Progress.Backfills.Remove(backfill);
                    break;
                }
                backfill.Considered = due.Nominal;
                left--;
                Add(record, due with { Actual = due.Nominal }, backfill.Overlap, manual: true, newId());
            }
        }
        return changed;
    }

    private static void Add(ScheduleRecord record, DueTime due, Overlap overlap, bool manual, Guid requestId)
    {
        if (record.Progress.Waiting.Count >= WaitingMax)
        {
            record.Info.BufferDropped++;
            return;
        }
        record.Progress.Waiting.Add(new PendingStart
        {
            RequestId = requestId,
            Nominal = due.Nominal,
            Actual = due.Actual,
            Overlap = overlap,
            Manual = manual,
        });
    }

    private static bool MayAct(ScheduleRecord record, bool manual) =>
        manual || record.Schedule.State is not { } state
        || (!state.Paused && (!state.LimitedActions || state.RemainingActions > 0));

    private static Overlap Resolve(ScheduleRecord record, Overlap asked)
    {
        var overlap = asked == Overlap.Unspecified
            ? record.Schedule.Policies?.OverlapPolicy ?? Overlap.Unspecified
            : asked;
        return overlap == Overlap.Unspecified ? Overlap.Skip : overlap;
    }

    private static TimeSpan CatchUpWindow(Schedule schedule)
    {
        var asked = schedule.Policies?.CatchupWindow?.ToTimeSpan() ?? CatchUpDefault;
        return asked < CatchUpMin ? CatchUpMin : asked;
    }

    private static void Skip(ScheduleRecord record, List<PendingStart> skipped, List<PendingStart> kept)
    {
        foreach (var due in skipped)
        {
            record.Progress.Waiting.Remove(due);
            kept.Remove(due);
            record.Info.OverlapSkipped++;
        }
    }
}
