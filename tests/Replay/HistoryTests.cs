using System.Reflection;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker;
using Runbooks.Temporal.Workflows;
using Runbooks.Workflows.Runbook;

namespace Runbooks.Tests.Replay;

/// <summary>
/// Every released workflow's recorded runs, replayed against the code of today. A run in flight at a customer's is one
/// of these: a change that breaks a replay needs a patch, never a new recording.
/// </summary>
public sealed class HistoryTests
{
    public static TheoryData<string> Histories =>
        [.. Directory.EnumerateFiles(Folder, "*.json", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Folder, f))
            .Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(RepositoryRoot.Path, "tests", "Replay", "Histories");

    private static IReadOnlyList<Type> WorkflowTypes =>
        [.. typeof(RunbookWorkflow).Assembly.GetTypes()
            .Where(t => t.GetCustomAttribute<WorkflowAttribute>() is not null)];

    [Theory]
    [MemberData(nameof(Histories))]
    public async Task RecordedRun_OnTodaysCode_ReplaysWithoutADifference(string file)
    {
        var result = await Replayer(WorkflowTypes).ReplayWorkflowAsync(Read(file), throwOnReplayFailure: false);

        Assert.True(result.ReplayFailure is null, result.ReplayFailure?.ToString());
    }

    [Fact]
    public void EveryWorkflow_HasARecordedRun()
    {
        var recorded = Directory.EnumerateDirectories(Folder).Select(Path.GetFileName).ToHashSet();

        var names = WorkflowTypes.Select(t => t.GetCustomAttribute<WorkflowAttribute>()!.Name!);
        Assert.Equal([], names.Except(recorded));
    }

    [Fact]
    public async Task CodeWithOtherSteps_OnARecordedRun_IsReportedAsNondeterministic()
    {
        var file = Path.Combine("CatchUp", "after-return.json");

        var result = await Replayer([typeof(ReorderedCatchUp)])
            .ReplayWorkflowAsync(Read(file), throwOnReplayFailure: false);

        Assert.IsType<WorkflowNondeterminismException>(result.ReplayFailure);
    }

    private static WorkflowReplayer Replayer(IEnumerable<Type> workflows)
    {
        // The detector of deadlocks judges by the clock, and these histories are judged by their events alone.
        var options = new WorkflowReplayerOptions { DebugMode = true };
        foreach (var type in workflows)
        {
            options.AddWorkflow(type);
        }

        return new WorkflowReplayer(options);
    }

    private static WorkflowHistory Read(string file) =>
        WorkflowHistory.FromJson(Path.GetFileNameWithoutExtension(file), File.ReadAllText(Path.Combine(Folder, file)));
}
