using Runbooks.Domain.Ids;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.Sites;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Failover;

/// <summary>What a planned failover does while the source is alive: steps a to d, and their compensation.</summary>
internal sealed class PlannedPreparation(FailoverInput input, StepJournal journal)
{
    private readonly List<GroupMember> stopped = [];
    private readonly List<GroupMember> quiesced = [];

    /// <summary>Longest pause of writes so far.</summary>
    public double PauseMilliseconds { get; private set; }

    /// <summary>Steps a to d; the drained mark of each protection.</summary>
    public async Task<Dictionary<ProtectionId, QuiesceResult>> PrepareAsync(IReadOnlyList<GroupMember> members)
    {
        // Step 2a: Readiness
        await journal.RunAsync("2a", "Readiness", () => ReadyAsync(members));

        // Step 2b: Compare data
        if (input.CompareRanges >= 0)
        {
            await journal.RunAsync("2b", "Compare data", () => CompareAsync(members), bytes => $"{bytes} bytes equal");
        }
        else
        {
            journal.Skip("2b", "Compare data", "a step before has compared");
        }

        // Step 2c: Stop workloads
        if (input.Machines)
        {
            await journal.RunAsync("2c", "Stop machines", () => StopAsync(members));
        }
        else
        {
            journal.Skip("2c", "Stop machines", "the runbook's own steps do this");
        }

        // Step 2d: Drain
        return await journal.RunAsync("2d", "Drain", () => DrainAsync(members), _ => $"{PauseMilliseconds:0.#} ms");
    }

    /// <summary>Starts the source of every member again that is not past the fence.</summary>
    public async Task CompensateAsync(IReadOnlyCollection<ProtectionId> fenced)
    {
        quiesced.RemoveAll(m => fenced.Contains(m.Policy.Id));
        stopped.RemoveAll(m => fenced.Contains(m.Policy.Id));
        if (quiesced.Count == 0 && stopped.Count == 0)
        {
            return;
        }

        await journal.RunAsync("undo", "Start the source again", async () =>
        {
            foreach (var member in quiesced)
            {
                await Workflow.ExecuteActivityAsync(
                    (IRoleActivities a) => a.ResumeAsync(new ResumeRequest(Key(member, "resume"), member.Policy.Id)),
                    Calls.Forward(member.Primary, "undo"));
            }

            foreach (var member in Enumerable.Reverse(stopped))
            {
                await Workflow.ExecuteActivityAsync(
                    (IMachineActivities a) => a.StartMachineAsync(new StartMachineRequest(
                        Key(member, "restart"), member.Workload, new Dictionary<string, string>(), string.Empty, false)),
                    Calls.Forward(member.Primary, "undo"));
            }
        });
    }

    private async Task ReadyAsync(IReadOnlyList<GroupMember> members)
    {
        var sites = members.Select(m => m.Primary).Append(input.To).Distinct();
        await Workflow.WhenAllAsync(sites.Select(site => Workflow.ExecuteActivityAsync(
            (IObserverActivities a) => a.DescribeSiteAsync(), Calls.Site(site, "2a"))));
    }

    private async Task<long> CompareAsync(IReadOnlyList<GroupMember> members)
    {
        var results = await Workflow.WhenAllAsync(members.Select(member => Workflow.ExecuteActivityAsync(
            (IReplicationActivities a) => a.CompareAsync(
                new CompareRequest(Key(member, "compare"), member.Policy.Id, input.To, input.CompareRanges)),
            Calls.Site(member.Primary, "2b", TimeSpan.FromHours(6)))));
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i].Differences.Count > 0)
            {
                throw StepFailure.Refuse(ProcedureRefusals.CopiesDiffer(members[i].Policy.Id, results[i].Differences));
            }
        }

        return results.Sum(r => r.ComparedBytes);
    }

    private async Task StopAsync(IReadOnlyList<GroupMember> members)
    {
        // Reverse waves: what depends on others stops before them.
        foreach (var member in members.Reverse())
        {
            stopped.Add(member);
            await Workflow.ExecuteActivityAsync(
                (IMachineActivities a) => a.StopMachineAsync(new StopMachineRequest(Key(member, "stop"), member.Workload, false)),
                Calls.Site(member.Primary, "2c", TimeSpan.FromMinutes(10)));
        }
    }

    private async Task<Dictionary<ProtectionId, QuiesceResult>> DrainAsync(IReadOnlyList<GroupMember> members)
    {
        var results = new Dictionary<ProtectionId, QuiesceResult>();
        quiesced.AddRange(members);
        var drained = await Workflow.WhenAllAsync(members.Select(member => Workflow.ExecuteActivityAsync(
            (IRoleActivities a) => a.QuiesceAsync(new QuiesceRequest(Key(member, "quiesce"), member.Policy.Id)),
            Calls.Site(member.Primary, "2d", TimeSpan.FromMinutes(5)))));
        for (var i = 0; i < drained.Length; i++)
        {
            results[members[i].Policy.Id] = drained[i];
            PauseMilliseconds = Math.Max(PauseMilliseconds, drained[i].PauseMilliseconds);
        }

        return results;
    }

    private StepKey Key(GroupMember member, string step) =>
        StepScope.Key(input.Run, $"{step}/{member.Policy.Id}", Domain.Units.Generation.None);
}
