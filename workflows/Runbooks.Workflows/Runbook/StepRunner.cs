using System.Text.Json.Nodes;
using Runbooks.Definitions.Plans;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Runbook;

/// <summary>Which code stands behind a step kind. One line per entry of the step library; a test compares the two lists.</summary>
internal sealed class StepRunner(RunContext context)
{
    private readonly FlowSteps flow = new(context);
    private readonly GroupSteps group = new(context);
    private readonly MachineSteps machines = new(context);
    private readonly OutsideSteps outside = new(context);

    /// <summary>Runs a step once; the attempt number keeps a person's retry apart from a redelivery.</summary>
    public Task<JsonObject> RunAsync(PlanStep step, int attempt, CancellationToken abort)
    {
        var with = PlanValues.Settings(step, context.Facts(), context.OutputOf);
        if (!with.IsOk)
        {
            throw StepFailure.Refuse(with.Refusal);
        }

        var call = new StepCall(step, new StepSettings(step.Path, with.Value), attempt, abort);
        return Find(step.Kind)(call);
    }

    /// <summary>The code of a kind.</summary>
    public Func<StepCall, Task<JsonObject>> Find(string kind) => kind switch
    {
        "approval" => flow.ApprovalAsync,
        "condition" => flow.ConditionAsync,
        "delay" => flow.DelayAsync,
        "manual" => flow.ManualAsync,
        "drill.isolated" => group.DrillAsync,
        "group.catch-up" => group.CatchUpAsync,
        "group.compare" => group.CompareAsync,
        "group.fail-back" => group.FailBackAsync,
        "group.failover" => group.FailoverAsync,
        "group.protect" => group.ProtectAsync,
        "group.readiness" => group.ReadinessAsync,
        "group.reprotect" => group.ReprotectAsync,
        "group.switch" => group.SwitchAsync,
        "recovery-point.create" => group.CreatePointsAsync,
        "group.start-wave" => machines.StartWaveAsync,
        "group.stop" => machines.StopGroupAsync,
        "workload.check" => machines.CheckAsync,
        "workload.start" => machines.StartAsync,
        "workload.stop" => machines.StopAsync,
        "http.call" => outside.CallHttpAsync,
        "notify" => outside.NotifyAsync,
        "probe" => outside.ProbeAsync,
        "site.confirm-down" => outside.ConfirmDownAsync,
        _ => throw new Domain.Errors.InvariantBrokenException($"no code stands behind step kind {kind}"),
    };
}

/// <summary>One call of a step.</summary>
/// <param name="Step">The step.</param>
/// <param name="With">Its settings, references replaced.</param>
/// <param name="Attempt">1, then one more per retry by a person.</param>
/// <param name="Abort">Cancelled by an abort.</param>
internal sealed record StepCall(PlanStep Step, StepSettings With, int Attempt, CancellationToken Abort)
{
    /// <summary>Cancelled by an abort; never for a step that cannot be undone.</summary>
    public CancellationToken CancellationToken => Step.Irreversible ? CancellationToken.None : Abort;
}
