using Runbooks.Engine.History;
using Runbooks.Engine.Machines;
using Runbooks.Engine.Matching;
using Runbooks.Engine.Timers;

namespace Runbooks.Engine.Runs;

/// <summary>
/// Reads off a run's state what others must know: tasks for the queues, the next deadline, promises to other runs,
/// queries no task will carry. Saying it twice is harmless, so it runs after every commit and every load.
/// </summary>
public sealed class Dispatcher(TaskQueues queues, TimeProvider clock, EngineOptions options) : IRunFollowUp
{
    public DeadlineQueue? Deadlines { get; set; }

    public Action<RunEntry>? RunOutbox { get; set; }

    public void Follow(RunEntry entry)
    {
        var s = entry.State;
        QueueTask(entry, s);
        QueueActivities(entry, s);
        QueueQueries(entry, s);
        Deadlines?.Set(entry.Key, Machines.Deadlines.Next(s));
        if (s.Outbox.Count > 0 && !entry.OutboxRunning)
        {
            RunOutbox?.Invoke(entry);
        }
    }

    private void QueueTask(RunEntry entry, RunState s)
    {
        if (s.Task is not { IsStarted: false } task)
        {
            entry.QueuedTask = null;
            return;
        }

        var queue = queues.Get(new(s.Namespace, task.TaskQueue, QueueKind.Workflow));
        if (task.OnStickyQueue && !queue.HasPollerSince(clock.GetUtcNow() - options.StickyPollerGrace))
        {
            // Its worker is gone: waiting for the sticky expiry would only cost time.
            task.OnStickyQueue = false;
            task.TaskQueue = s.TaskQueue;
            task.ScheduleToStartExpires = null;
            s.Sticky = null;
            queue = queues.Get(new(s.Namespace, task.TaskQueue, QueueKind.Workflow));
        }

        var hint = (task.ScheduledEventId, task.Attempt, task.TaskQueue, task.ScheduledTime);
        if (entry.QueuedTask != hint)
        {
            entry.QueuedTask = hint;
            queue.Add(new TaskRef(entry.Key, task.ScheduledEventId, task.Attempt));
        }
    }

    private void QueueActivities(RunEntry entry, RunState s)
    {
        if (entry.QueuedActivities.Count > 0)
        {
            entry.QueuedActivities.RemoveWhere(q => !s.Activities.TryGetValue(q.ScheduledEventId, out var a)
                || a.Attempt != q.Attempt || a.IsStarted);
        }

        foreach (var activity in s.Activities.Values)
        {
            if (!activity.IsStarted && !activity.BackingOff
                && entry.QueuedActivities.Add((activity.ScheduledEventId, activity.Attempt)))
            {
                queues.Get(new(s.Namespace, activity.TaskQueue, QueueKind.Activity))
                    .Add(new TaskRef(entry.Key, activity.ScheduledEventId, activity.Attempt));
            }
        }
    }

    private void QueueQueries(RunEntry entry, RunState s)
    {
        if (entry.Queries.Count == 0 || (s.IsOpen && (s.Task is not null || s.LastCompletedTaskStartedId == 0)))
        {
            return;
        }

        foreach (var ticket in entry.Queries.Values.Where(q => !q.Direct))
        {
            ticket.OnTask = false;
            ticket.Direct = true;
            QueueQuery(entry, ticket, allowSticky: true);
        }
    }

    /// <summary>Puts a query on a queue by itself: the sticky one if its worker polls, else the normal one.</summary>
    public bool QueueQuery(RunEntry entry, QueryTicket ticket, bool allowSticky)
    {
        var s = entry.State;
        if (allowSticky && s.Sticky is { } sticky)
        {
            var near = queues.Get(new(s.Namespace, sticky.TaskQueue, QueueKind.Workflow));
            if (near.HasPollerSince(clock.GetUtcNow() - options.StickyPollerGrace))
            {
                near.Add(new TaskRef(entry.Key, 0, 0, ticket));
                return true;
            }
        }

        queues.Get(new(s.Namespace, s.TaskQueue, QueueKind.Workflow)).Add(new TaskRef(entry.Key, 0, 1, ticket));
        return false;
    }
}
