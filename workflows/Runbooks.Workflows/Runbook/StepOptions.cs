using Runbooks.Domain.Agents;
using Runbooks.Domain.Ids;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Runbook;

/// <summary>Activity options as the document says: its timeout and its retry rule.</summary>
internal static class StepOptions
{
    /// <summary>At a site.</summary>
    public static ActivityOptions Of(StepCall call, SiteId site)
    {
        var options = Of(call, AgentIdentity.TaskQueueOf(site));
        options.ScheduleToStartTimeout = Calls.SiteGoneAfter < call.Step.Timeout ? Calls.SiteGoneAfter : call.Step.Timeout;
        return options;
    }

    /// <summary>At the control plane.</summary>
    public static ActivityOptions OfControl(StepCall call) => Of(call, AgentIdentity.ControlTaskQueue);

    /// <summary>At a site, tried until the step's timeout: for what is expected to fail at first (a machine that boots, a probe).</summary>
    public static ActivityOptions Patient(StepCall call, SiteId site)
    {
        var options = Of(call, site);
        options.RetryPolicy = Calls.Patient;
        return options;
    }

    private static ActivityOptions Of(StepCall call, string taskQueue) => new()
    {
        TaskQueue = taskQueue,
        ScheduleToCloseTimeout = call.Step.Timeout,
        StartToCloseTimeout = call.Step.Timeout,
        CancellationToken = call.CancellationToken,
        CancellationType = ActivityCancellationType.WaitCancellationCompleted,
        Summary = call.Step.Path,
        RetryPolicy = new RetryPolicy
        {
            InitialInterval = call.Step.Retry.Initial,
            BackoffCoefficient = (float)call.Step.Retry.Factor,
            MaximumInterval = call.Step.Retry.Max,
            MaximumAttempts = call.Step.Retry.Attempts,
        },
    };
}
