using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>
/// The events of a run that no activation has seen yet, cut into pieces that end at a started workflow task.
/// <para>
/// A started task is a boundary when it was completed, or when it is the last event (the task at hand); one that
/// failed or timed out ran nothing that counts. A completed task without anything new is merged with the next one:
/// live, it caused no activation (a heartbeat of local activities, a rejected update). The exception is a task whose
/// completion accepted an update: there the update itself was the news, although it is written after the boundary.
/// </para>
/// </summary>
internal sealed class HistoryWindow
{
    private readonly List<HistoryEvent> events = [];
    private int cursor;

    /// <summary>Id of the last started event an activation was made for; 0 before the first.</summary>
    internal long LastStartedEventId { get; set; }

    internal long LastEventId => events.Count == 0 ? LastStartedEventId : events[^1].EventId;

    /// <summary>Adds what a task brought. False when there is a gap: then the full history is needed.</summary>
    internal bool Feed(IReadOnlyList<HistoryEvent> more)
    {
        if (more.Count > 0 && more[0].EventId > LastStartedEventId + 1)
        {
            return false;
        }
        // What followed the last boundary came only for looking ahead; the new events repeat it.
        events.Clear();
        cursor = 0;
        foreach (var e in more)
        {
            if (e.EventId > LastStartedEventId)
            {
                events.Add(e);
            }
        }
        return true;
    }

    /// <summary>Cuts the next piece. Null when no boundary is left.</summary>
    internal HistoryPiece? Next()
    {
        var first = LastStartedEventId == 0;
        var hasNews = first;
        for (var i = cursor; i < events.Count; i++)
        {
            var type = events[i].EventType;
            hasNews |= !HistoryEvents.IsWorkflowTask(type);
            if (type != EventType.WorkflowTaskStarted)
            {
                continue;
            }
            var isLast = i + 1 == events.Count;
            if (!isLast && events[i + 1].EventType != EventType.WorkflowTaskCompleted)
            {
                continue;
            }
            if (!isLast && !hasNews && !AcceptsUpdate(i + 1))
            {
                continue;
            }
            var piece = new HistoryPiece(
                events.GetRange(cursor, i + 1 - cursor), LookAhead(i + 1), events[i], IsReplay: !isLast);
            cursor = i + 1;
            LastStartedEventId = events[i].EventId;
            return piece;
        }
        return null;
    }

    /// <summary>What follows the last boundary, for a replay that must reach the very end.</summary>
    internal IReadOnlyList<HistoryEvent> TakeRest()
    {
        var rest = events.GetRange(cursor, events.Count - cursor);
        cursor = events.Count;
        return rest;
    }

    private bool AcceptsUpdate(int from)
    {
        for (var i = from; i < events.Count && !IsBoundaryAhead(i); i++)
        {
            if (events[i].EventType == EventType.WorkflowExecutionUpdateAccepted)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Completion and commands of a task, over the merged tasks that follow it.</summary>
    private List<HistoryEvent> LookAhead(int from)
    {
        var ahead = new List<HistoryEvent>();
        var hasNews = false;
        for (var i = from; i < events.Count; i++)
        {
            var type = events[i].EventType;
            if (IsBoundaryAhead(i) && (hasNews || AcceptsUpdate(i + 1) || i + 1 == events.Count))
            {
                break;
            }
            hasNews |= !HistoryEvents.IsWorkflowTask(type);
            ahead.Add(events[i]);
        }
        return ahead;
    }

    private bool IsBoundaryAhead(int i) => events[i].EventType == EventType.WorkflowTaskStarted &&
        (i + 1 == events.Count || events[i + 1].EventType == EventType.WorkflowTaskCompleted);
}

/// <summary>Events up to and with a started task, and what its completion wrote.</summary>
internal sealed record HistoryPiece(
    IReadOnlyList<HistoryEvent> Events,
    IReadOnlyList<HistoryEvent> Ahead,
    HistoryEvent Started,
    bool IsReplay);
