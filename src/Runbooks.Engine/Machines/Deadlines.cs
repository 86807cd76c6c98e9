using Runbooks.Engine.History;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Engine.Machines;

/// <summary>
/// Every time a run waits for, in one place: when the next one is, and what happens
/// when it has come. A deadline is part of the state, so it fires once: firing removes
/// it in the same transaction, and a clock that jumps back cannot bring it back.
/// </summary>
public static class Deadlines
{
    public static DateTimeOffset? Next(RunState s)
    {
        if (!s.IsOpen)
        {
            return null;
        }

        DateTimeOffset? next = null;
        Sooner(ref next, s.FirstTaskAt);
        Sooner(ref next, s.RunExpiresAt);
        if (s.Task is { } task)
        {
            Sooner(ref next, task.IsStarted ? task.StartedTime + task.StartToClose : task.ScheduleToStartExpires);
        }

        foreach (var timer in s.Timers.Values)
        {
            Sooner(ref next, timer.FiresAt);
        }

        foreach (var activity in s.Activities.Values)
        {
            Sooner(ref next, NextOf(activity).Time);
        }

        return next;
    }

    /// <summary>Fires all that is due. False when only a backoff ended, which need not be written.</summary>
    public static bool FireDue(Transition t, Func<Transition, bool> runExpired)
    {
        var s = t.State;
        if (!s.IsOpen)
        {
            return false;
        }

        if (s.RunExpiresAt <= t.Now)
        {
            return runExpired(t);
        }

        var fired = false;
        if (s.FirstTaskAt <= t.Now)
        {
            s.FirstTaskAt = null;
            WorkflowTaskMachine.Schedule(t);
            fired = true;
        }

        fired |= FireTask(t);
        foreach (var timer in s.Timers.Values.Where(x => x.FiresAt <= t.Now).OrderBy(x => x.FiresAt).ToList())
        {
            TimerMachine.Fire(t, timer);
            fired = true;
        }

        foreach (var activity in s.Activities.Values.ToList())
        {
            fired |= FireActivity(t, activity);
        }

        return fired;
    }

    private static bool FireTask(Transition t)
    {
        if (t.State.Task is not { } task)
        {
            return false;
        }

        if (task.IsStarted && task.StartedTime + task.StartToClose <= t.Now)
        {
            WorkflowTaskMachine.TimeOut(t, TimeoutType.StartToClose);
            return true;
        }

        if (!task.IsStarted && task.ScheduleToStartExpires <= t.Now)
        {
            WorkflowTaskMachine.TimeOut(t, TimeoutType.ScheduleToStart);
            return true;
        }

        return false;
    }

    private static bool FireActivity(Transition t, PendingActivity activity)
    {
        var (time, type) = NextOf(activity);
        if (time is null || time > t.Now)
        {
            return false;
        }

        if (type == TimeoutType.Unspecified)
        {
            activity.BackingOff = false;
            return false;
        }

        ActivityMachine.TimeOut(t, activity, type);
        return true;
    }

    /// <summary>The soonest of an activity's times; type Unspecified is the end of its backoff.</summary>
    private static (DateTimeOffset? Time, TimeoutType Type) NextOf(PendingActivity a)
    {
        DateTimeOffset? next = null;
        var type = TimeoutType.Unspecified;
        if (a.IsStarted)
        {
            Take(a.StartedTime, a.StartToClose, TimeoutType.StartToClose);
            var beat = a.LastHeartbeat > a.StartedTime ? a.LastHeartbeat : a.StartedTime;
            Take(beat, a.Heartbeat, TimeoutType.Heartbeat);
        }
        else if (a.BackingOff)
        {
            next = a.AttemptScheduledTime;
        }
        else
        {
            Take(a.AttemptScheduledTime, a.ScheduleToStart, TimeoutType.ScheduleToStart);
        }

        Take(a.ScheduledTime, a.ScheduleToClose, TimeoutType.ScheduleToClose);
        return (next, type);

        void Take(DateTimeOffset? from, TimeSpan length, TimeoutType kind)
        {
            if (length > TimeSpan.Zero && from + length is { } at && (next is null || at < next))
            {
                next = at;
                type = kind;
            }
        }
    }

    private static void Sooner(ref DateTimeOffset? next, DateTimeOffset? candidate)
    {
        if (candidate is not null && (next is null || candidate < next))
        {
            next = candidate;
        }
    }
}
