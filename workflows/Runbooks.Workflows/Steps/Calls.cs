using Runbooks.Domain.Agents;
using Runbooks.Domain.Ids;

namespace Runbooks.Workflows.Steps;

/// <summary>How activities are called: where, how long, how often. One place, so that every step treats a dead site the same way.</summary>
internal static class Calls
{
    /// <summary>A step whose site is gone fails after this, with the reason, not after hours.</summary>
    public static readonly TimeSpan SiteGoneAfter = TimeSpan.FromSeconds(30);

    /// <summary>
    /// An ordinary step at a site. A cancel waits for the site's answer: what undoes the step must never overtake the step itself.
    /// </summary>
    public static ActivityOptions Site(SiteId site, string step, TimeSpan? timeout = null) => new()
    {
        TaskQueue = AgentIdentity.TaskQueueOf(site),
        ScheduleToStartTimeout = SiteGoneAfter,
        StartToCloseTimeout = timeout ?? TimeSpan.FromMinutes(2),
        CancellationType = ActivityCancellationType.WaitCancellationCompleted,
        RetryPolicy = Retry(5),
        Summary = step,
    };

    /// <summary>A long copy: heartbeats with progress; an agent that died in it is noticed within the heartbeat timeout and it goes on there.</summary>
    public static ActivityOptions Copy(SiteId site, string step) => new()
    {
        TaskQueue = AgentIdentity.TaskQueueOf(site),
        ScheduleToCloseTimeout = TimeSpan.FromDays(7),
        StartToCloseTimeout = TimeSpan.FromDays(7),
        HeartbeatTimeout = TimeSpan.FromSeconds(15),
        CancellationType = ActivityCancellationType.WaitCancellationCompleted,
        RetryPolicy = Retry(0),
        Summary = step,
    };

    /// <summary>
    /// A step after the point of no return, or one that cleans up: it only goes forward, so it is tried until it is done or a day has
    /// passed, and no cancel reaches it.
    /// </summary>
    public static ActivityOptions Forward(SiteId site, string step) => new()
    {
        TaskQueue = AgentIdentity.TaskQueueOf(site),
        ScheduleToCloseTimeout = TimeSpan.FromDays(1),
        StartToCloseTimeout = TimeSpan.FromMinutes(10),
        CancellationToken = CancellationToken.None,
        RetryPolicy = Retry(0),
        Summary = step,
    };

    /// <summary>The same options for a call that no cancel may reach.</summary>
    public static ActivityOptions Shielded(this ActivityOptions options)
    {
        options.CancellationToken = CancellationToken.None;
        return options;
    }

    /// <summary>A step at the control plane.</summary>
    public static ActivityOptions Control(string step, TimeSpan? timeout = null) => new()
    {
        TaskQueue = AgentIdentity.ControlTaskQueue,
        ScheduleToCloseTimeout = timeout ?? TimeSpan.FromMinutes(10),
        StartToCloseTimeout = TimeSpan.FromSeconds(60),
        RetryPolicy = Retry(0),
        Summary = step,
    };

    /// <summary>A look at something that may not be there: one try, a short time.</summary>
    public static ActivityOptions Look(SiteId site, string step, TimeSpan within) => new()
    {
        TaskQueue = AgentIdentity.TaskQueueOf(site),
        ScheduleToCloseTimeout = within + TimeSpan.FromSeconds(10),
        StartToCloseTimeout = within + TimeSpan.FromSeconds(5),
        RetryPolicy = Retry(1),
        Summary = step,
    };

    /// <summary>
    /// A look that a run can do without: tried again for a minute in all; a site that is gone is given up as in any step.
    /// </summary>
    public static ActivityOptions Glance(SiteId site, string step) => new()
    {
        TaskQueue = AgentIdentity.TaskQueueOf(site),
        ScheduleToStartTimeout = SiteGoneAfter,
        ScheduleToCloseTimeout = TimeSpan.FromMinutes(1),
        StartToCloseTimeout = TimeSpan.FromSeconds(30),
        RetryPolicy = Retry(5),
        Summary = step,
    };

    /// <summary>Every 0.5 to 2 s until the time is up: for what is expected to fail at first.</summary>
    public static RetryPolicy Patient => new()
    {
        InitialInterval = TimeSpan.FromMilliseconds(500),
        BackoffCoefficient = 2,
        MaximumInterval = TimeSpan.FromSeconds(2),
    };

    /// <summary>0.5 s, doubling to 10 s; 0 attempts is no bound.</summary>
    public static RetryPolicy Retry(int attempts) => new()
    {
        InitialInterval = TimeSpan.FromMilliseconds(500),
        BackoffCoefficient = 2,
        MaximumInterval = TimeSpan.FromSeconds(10),
        MaximumAttempts = attempts,
    };
}
