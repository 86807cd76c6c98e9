using System.Text.Json;
using System.Text.Json.Nodes;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Workflows.CatchUp;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.Drill;
using Runbooks.Workflows.Failback;
using Runbooks.Workflows.Failover;
using Runbooks.Workflows.ReplicationSetup;
using Runbooks.Workflows.Sites;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Runbook;

/// <summary>Steps that run a procedure for every member of the group, as child workflows.</summary>
internal sealed class GroupSteps(RunContext context)
{
    public async Task<JsonObject> ProtectAsync(StepCall call)
    {
        var to = call.With.Site("to");
        var results = await Workflow.WhenAllAsync(context.Group.Members.Where(m => m.Primary != to).Select(member =>
            Workflow.ExecuteChildWorkflowAsync(
                (ReplicationSetupWorkflow w) => w.RunAsync(new SetupInput(Run, member.Policy, member.Workload, member.Primary, to)),
                Child(call, $"setup/{member.Workload.Id}"))));
        return new JsonObject { ["copiedBytes"] = results.Sum(r => r.CopiedBytes) };
    }

    public async Task<JsonObject> CatchUpAsync(StepCall call)
    {
        var to = call.With.Site("to");
        var results = await Workflow.WhenAllAsync(context.Group.Members.Where(m => m.Primary != to).Select(member =>
            Workflow.ExecuteChildWorkflowAsync(
                (CatchUpWorkflow w) => w.RunAsync(new CatchUpInput(Run, member.Policy.Id, member.Primary, to)),
                Child(call, $"catch-up/{member.Workload.Id}"))));
        return new JsonObject { ["sentBytes"] = results.Sum(r => r.SentBytes) };
    }

    public async Task<JsonObject> CompareAsync(StepCall call)
    {
        var with = call.With.Site("with");
        var results = await Workflow.WhenAllAsync(context.Group.Members.Where(m => m.Primary != with).Select(member =>
            Workflow.ExecuteActivityAsync(
                (IReplicationActivities a) => a.CompareAsync(new CompareRequest(
                    Key(call, $"compare/{member.Policy.Id}"), member.Policy.Id, with, call.With.Integer("ranges", 64))),
                StepOptions.Of(call, member.Primary))));
        var differences = results.SelectMany(r => r.Differences).ToList();
        return differences.Count == 0
            ? new JsonObject { ["comparedBytes"] = results.Sum(r => r.ComparedBytes) }
            : throw StepFailure.Refuse(ProcedureRefusals.CopiesDiffer(context.Group.Members[0].Policy.Id, differences));
    }

    public async Task<JsonObject> ReadinessAsync(StepCall call)
    {
        var to = call.With.Site("to");
        var findings = new List<string>();
        foreach (var member in context.Group.Members)
        {
            var row = await Workflow.ExecuteActivityAsync(
                (IArbiterActivities a) => a.ReadArbiterRowAsync(member.Policy.Id), StepOptions.OfControl(call));
            if (row is null || !row.IsComplete(to))
            {
                findings.Add($"{member.Workload.Id}: {to} is not complete");
            }
        }

        var status = await Workflow.ExecuteActivityAsync((IObserverActivities a) => a.DescribeSiteAsync(), StepOptions.Of(call, to));
        findings.AddRange(status.Volumes.Where(v => v.Failure.Length > 0).Select(v => $"{v.Volume}: {v.Failure}"));
        return findings.Count == 0
            ? new JsonObject { ["ready"] = true, ["findings"] = new JsonArray() }
            : throw StepFailure.Refuse(ProcedureRefusals.ConditionFalse(call.Step.Path, string.Join("; ", findings)));
    }

    public Task<JsonObject> FailoverAsync(StepCall call) => MoveAsync(call, RunKind.FailoverUnplanned);

    public Task<JsonObject> SwitchAsync(StepCall call) => MoveAsync(call, RunKind.FailoverPlanned);

    public Task<JsonObject> ReprotectAsync(StepCall call) => ReturnAsync(call, onlyProtect: true);

    public Task<JsonObject> FailBackAsync(StepCall call) => ReturnAsync(call, onlyProtect: false);

    public async Task<JsonObject> DrillAsync(StepCall call)
    {
        var objectives = context.Document.Spec.Objectives;
        var input = new DrillInput(Run, context.Group, call.With.Site("site"))
        {
            Point = call.With.Point("point"),
            HoldSeconds = call.With.Duration("hold", TimeSpan.Zero).TotalSeconds,
            Machines = call.With.Flag("machines", true),
            RtoSeconds = objectives.Rto is { } rto ? rto.TotalSeconds : null,
            RpoSeconds = objectives.Rpo is { } rpo ? rpo.TotalSeconds : null,
        };
        var result = await context.Relay.RunAsync((DrillWorkflow w) => w.RunAsync(input), Child(call, "drill"));
        var outputs = new JsonObject
        {
            ["recoverySeconds"] = result.RecoverySeconds,
            ["pointSeconds"] = result.PointSeconds,
            ["lossSeconds"] = result.LossSeconds,
            ["isolation"] = JsonSerializer.SerializeToNode(result.Isolation),
            ["findings"] = JsonSerializer.SerializeToNode(result.Findings),
            ["residue"] = JsonSerializer.SerializeToNode(result.Residue),
            ["unseen"] = JsonSerializer.SerializeToNode(result.Unseen),
            ["passed"] = result.Passed,
        };
        return result.Residue.Count == 0
            ? outputs
            : throw StepFailure.Refuse(ProcedureRefusals.ConditionFalse(
                call.Step.Path, $"the drill left something behind: {string.Join(", ", result.Residue)}"));
    }

    public async Task<JsonObject> CreatePointsAsync(StepCall call)
    {
        var points = new JsonObject();
        foreach (var member in context.Group.Members)
        {
            var made = await Workflow.ExecuteActivityAsync(
                (IRecoveryPointActivities a) => a.CreateRecoveryPointAsync(new CreateRecoveryPointRequest(
                    Key(call, $"point/{member.Policy.Id}"), member.Policy.Id, RecoveryPointReason.Requested)),
                StepOptions.Of(call, call.With.SiteOrNone("site") ?? member.Primary));
            points[member.Workload.Id.ToString()] = made.Point.ToString();
        }

        return new JsonObject { ["points"] = points };
    }

    private string Run => context.Input.Run.ToString();

    private async Task<JsonObject> MoveAsync(StepCall call, RunKind kind)
    {
        var to = call.With.Site("to");

        // A confirmation step before this one has already asked the observers; without one the procedure asks them itself.
        var confirmed = context.Outputs.Values.Any(o => o["down"]?.GetValue<bool>() == true);
        var input = new FailoverInput(Run, kind, context.Group, to, context.Input.RequestedBy, context.Input.Reason)
        {
            Point = call.With.Point("point"),
            OnIncomplete = call.Step.OnIncomplete,
            Observers = confirmed ? 0 : 1,
            Machines = false,
        };
        var result = await context.Relay.RunAsync((FailoverWorkflow w) => w.RunAsync(input), Guarded(call, "failover"));
        context.Move(to, result);
        return new JsonObject
        {
            ["generation"] = result.Members[0].Generation.Value,
            ["lossBytes"] = result.LossBytes,
            ["pauseMilliseconds"] = result.PauseMilliseconds,
            ["exports"] = new JsonObject(result.Members.Select(m => KeyValuePair.Create(
                m.Workload.ToString(), JsonSerializer.SerializeToNode(m.Exports)))),
        };
    }

    private async Task<JsonObject> ReturnAsync(StepCall call, bool onlyProtect)
    {
        var to = call.With.Site("to");
        var input = new FailbackInput(Run, context.Group, to, context.Input.RequestedBy, context.Input.Reason)
        {
            OnlyProtect = onlyProtect,
            Machines = false,
        };
        var result = await context.Relay.RunAsync(
            (FailbackWorkflow w) => w.RunAsync(input), Guarded(call, onlyProtect ? "reprotect" : "failback"));
        if (!onlyProtect)
        {
            context.Move(to);
        }

        return new JsonObject
        {
            ["sentBytes"] = result.SentBytes,
            ["pauseMilliseconds"] = result.PauseMilliseconds,
            ["generation"] = result.Generation,
            ["keptPoints"] = JsonSerializer.SerializeToNode(result.KeptPoints),
        };
    }

    // These procedures know their own point of no return: an abort reaches them always, and takes effect only before it.
    private ChildWorkflowOptions Guarded(StepCall call, string what)
    {
        var options = Child(call, what);
        options.CancellationToken = call.Abort;
        return options;
    }

    // A run that is terminated cannot undo anything; its procedures are asked to end and do it themselves.
    private ChildWorkflowOptions Child(StepCall call, string what) => new()
    {
        ParentClosePolicy = ParentClosePolicy.RequestCancel,
        Id = $"{Workflow.Info.WorkflowId}/{call.Step.Path}#{call.Attempt}/{what}",
        CancellationToken = call.CancellationToken,
        StaticSummary = call.Step.Path,
        Memo = new Dictionary<string, object> { ["run"] = Run, ["step"] = call.Step.Path },
    };

    private StepKey Key(StepCall call, string what) => new(Run, $"{call.Step.Path}#{call.Attempt}/{what}", Generation.None);
}
