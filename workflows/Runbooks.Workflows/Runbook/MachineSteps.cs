using System.Text.Json.Nodes;
using Runbooks.Domain.Units;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.Sites;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Runbook;

/// <summary>Steps that start, stop and check machines where their volumes are served.</summary>
internal sealed class MachineSteps(RunContext context)
{
    public async Task<JsonObject> StartWaveAsync(StepCall call)
    {
        var wave = call.With.Text("wave", string.Empty);
        var members = context.Group.Members.Where(m => wave.Length == 0 || m.Workload.Tier == wave).ToList();
        await Workflow.WhenAllAsync(members.Select(m => StartAsync(call, m)));
        if (call.With.Object("gate") is { } gate && members.Count > 0)
        {
            await OutsideSteps.ProbeAsync(call, gate, members[0].Primary);
        }

        return new JsonObject { ["started"] = new JsonArray([.. members.Select(m => (JsonNode)m.Workload.Id.ToString())]) };
    }

    public async Task<JsonObject> StopGroupAsync(StepCall call)
    {
        var reverse = call.With.Flag("reverse", true);
        var members = reverse ? context.Group.Members.Reverse() : context.Group.Members;
        foreach (var member in members)
        {
            await StopAsync(call, member);
        }

        return [];
    }

    public async Task<JsonObject> StartAsync(StepCall call)
    {
        var result = await StartAsync(call, context.Member(call.With.Text("workload", string.Empty)));
        return new JsonObject { ["running"] = result.IsRunning, ["detail"] = result.Detail };
    }

    public async Task<JsonObject> StopAsync(StepCall call)
    {
        var result = await StopAsync(call, context.Member(call.With.Text("workload", string.Empty)));
        return new JsonObject { ["running"] = result.IsRunning };
    }

    public async Task<JsonObject> CheckAsync(StepCall call)
    {
        var member = context.Member(call.With.Text("workload", string.Empty));
        var result = await CheckAsync(call, member);
        return new JsonObject { ["detail"] = result.Detail };
    }

    private async Task<MachineResult> StartAsync(StepCall call, GroupMember member)
    {
        var moved = context.MovedOf(member);
        var started = await Workflow.ExecuteActivityAsync(
            (IMachineActivities a) => a.StartMachineAsync(new StartMachineRequest(
                Key(call, "start", member),
                member.Workload,
                moved == null ? new Dictionary<string, string>() : moved.Exports,
                moved == null ? string.Empty : moved.NbdAddress,
                false)),
            StepOptions.Of(call, member.Primary));
        await CheckAsync(call, member);
        return started;
    }

    private Task<MachineResult> StopAsync(StepCall call, GroupMember member) => Workflow.ExecuteActivityAsync(
        (IMachineActivities a) => a.StopMachineAsync(new StopMachineRequest(Key(call, "stop", member), member.Workload, false)),
        StepOptions.Of(call, member.Primary));

    private Task<MachineResult> CheckAsync(StepCall call, GroupMember member) => Workflow.ExecuteActivityAsync(
        (IMachineActivities a) => a.CheckMachineAsync(new StopMachineRequest(Key(call, "check", member), member.Workload, false)),
        StepOptions.Patient(call, member.Primary));

    private StepKey Key(StepCall call, string what, GroupMember member) => new(
        context.Input.Run.ToString(), $"{call.Step.Path}#{call.Attempt}/{what}/{member.Workload.Id}", Generation.None);
}
