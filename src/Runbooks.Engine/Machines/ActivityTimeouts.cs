using Temporalio.Api.Command.V1;
using Duration = Google.Protobuf.WellKnownTypes.Duration;

namespace Runbooks.Engine.Machines;

/// <summary>
/// The four times of an activity, completed from those given. Zero means "none".
/// <code>
///   given                     schedule-to-start   start-to-close
///   schedule-to-close         = that              = that
///   start-to-close only       = run timeout       as given      (schedule-to-close = run timeout)
///   neither                   refused
/// </code>
/// </summary>
public readonly record struct ActivityTimeouts(
    TimeSpan ScheduleToClose, TimeSpan ScheduleToStart, TimeSpan StartToClose, TimeSpan Heartbeat)
{
    public static string? Fault(ScheduleActivityTaskCommandAttributes a)
    {
        var given = new[]
        {
            (a.ScheduleToCloseTimeout, "ScheduleToCloseTimeout"), (a.ScheduleToStartTimeout, "ScheduleToStartTimeout"),
            (a.StartToCloseTimeout, "StartToCloseTimeout"), (a.HeartbeatTimeout, "HeartbeatTimeout"),
        };
        foreach (var (time, name) in given)
        {
            if (Of(time) < TimeSpan.Zero)
            {
                return $"Invalid {name} on ScheduleActivityTaskCommand. ActivityId={a.ActivityId}";
            }
        }

        return Of(a.ScheduleToCloseTimeout) == TimeSpan.Zero && Of(a.StartToCloseTimeout) == TimeSpan.Zero
            ? $"A valid StartToClose or ScheduleToCloseTimeout is not set on ScheduleActivityTaskCommand. "
              + $"ActivityId={a.ActivityId}"
            : null;
    }

    public static ActivityTimeouts Normalise(ScheduleActivityTaskCommandAttributes a, TimeSpan runTimeout)
    {
        var toClose = Of(a.ScheduleToCloseTimeout);
        var toStart = Of(a.ScheduleToStartTimeout);
        var run = Of(a.StartToCloseTimeout);
        if (toClose > TimeSpan.Zero)
        {
            toStart = Shorter(toStart, toClose);
            run = Shorter(run, toClose);
        }
        else
        {
            toClose = runTimeout;
            toStart = toStart == TimeSpan.Zero ? runTimeout : toStart;
        }

        if (runTimeout > TimeSpan.Zero)
        {
            toClose = Shorter(toClose, runTimeout);
            toStart = Shorter(toStart, runTimeout);
            run = Shorter(run, runTimeout);
        }

        var beat = Of(a.HeartbeatTimeout);
        return new(toClose, toStart, run, beat > run ? run : beat);
    }

    private static TimeSpan Of(Duration? d) => d?.ToTimeSpan() ?? TimeSpan.Zero;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a == TimeSpan.Zero ? b : a < b ? a : b;
}
