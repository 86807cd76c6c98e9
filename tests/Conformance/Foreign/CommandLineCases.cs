using System.Text.Json;
using Runbooks.Tests.Conformance.Client;
using Runbooks.Tests.Conformance.Servers;

namespace Runbooks.Tests.Conformance.Foreign;

/// <summary>The official <c>temporal</c> command line, the tool operators already know, against both servers.</summary>
public sealed class CommandLineCases
{
    public static TheoryData<string> Servers => ServersUnderTest.All;

    [Theory, MemberData(nameof(Servers))]
    public async Task Workflow_StartedListedShownSignalledAndEnded_ByHand(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var queue = at.Worker.TaskQueue;
        await RunAsync(server, "workflow", "start", "--type", "Scripted", "--task-queue", queue, "-w", at.Id, "-i", "1");
        await RunAsync(server, "workflow", "signal", "-w", at.Id, "--name", "poke", "-i", "\"hello\"");
        var described = await JsonAsync(server, "workflow", "describe", "-w", at.Id);
        Assert.Equal("WORKFLOW_EXECUTION_STATUS_RUNNING",
            described.GetProperty("workflowExecutionInfo").GetProperty("status").GetString());

        await at.Worker.AnswerAsync(ScriptedWorker.Complete("done"));

        var shown = await JsonAsync(server, "workflow", "show", "-w", at.Id);
        var types = shown.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("eventType").GetString()).ToList();
        Assert.Equal("EVENT_TYPE_WORKFLOW_EXECUTION_STARTED", types[0]);
        Assert.Contains("EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED", types);
        Assert.Equal("EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED", types[^1]);
        var query = $"WorkflowId = '{at.Id}'";
        await UntilAsync(async () => (await JsonAsync(server, "workflow", "list", "--query", query)).GetArrayLength() == 1);
        await UntilAsync(async () => (await JsonAsync(server, "workflow", "count", "--query", query))
            .GetProperty("count").GetString() == "1");
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Workflow_QueriedCancelledAndTerminated_ByHand(string server)
    {
        // Asked before the query, which runs beside the worker that would wait for it.
        SkipWithoutBinary();
        var at = await ClientCase.StartAsync(server);
        await at.StartWorkflowAsync();
        await at.Worker.AnswerAsync();
        var query = RunAsync(server, "workflow", "query", "-w", at.Id, "--type", "state");
        await at.Worker.AnswerQueryAsync(await at.Worker.PollWorkflowTaskAsync(), "fine");
        Assert.Contains("fine", (await query).Output, StringComparison.Ordinal);

        await RunAsync(server, "workflow", "cancel", "-w", at.Id);
        await RunAsync(server, "workflow", "terminate", "-w", at.Id, "--reason", "by hand");

        var described = await JsonAsync(server, "workflow", "describe", "-w", at.Id);
        Assert.Equal("WORKFLOW_EXECUTION_STATUS_TERMINATED",
            described.GetProperty("workflowExecutionInfo").GetProperty("status").GetString());
        var missing = await TryAsync(server, "workflow", "terminate", "-w", at.Id);
        Assert.NotEqual(0, missing.ExitCode);
        Assert.Contains("already completed", missing.Error, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Workflow_ResetToItsFirstTaskAndToAnEvent_ByHand(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();
        await at.Worker.AnswerAsync();
        await handle.SignalAsync("poke", []);
        await at.Worker.AnswerAsync();

        await RunAsync(server, "workflow", "reset", "-w", at.Id, "--type", "FirstWorkflowTask", "--reason", "by hand");
        var first = await at.Worker.AnswerAsync();
        await RunAsync(
            server, "workflow", "reset", "-w", at.Id, "-e", "4", "--reason", "again", "--reapply-exclude", "All");
        var second = await at.Worker.AnswerAsync(ScriptedWorker.Complete("done"));

        Assert.Contains(first.History.Events, e => e.WorkflowExecutionSignaledEventAttributes is not null);
        Assert.DoesNotContain(second.History.Events, e => e.WorkflowExecutionSignaledEventAttributes is not null);
        Assert.NotEqual(first.WorkflowExecution.RunId, second.WorkflowExecution.RunId);
        Assert.Equal("done", await at.Client.GetWorkflowHandle(at.Id).GetResultAsync<string>());
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Schedule_CreatedTriggeredToggledAndDeleted_ByHand(string server)
    {
        var at = await ClientCase.StartAsync(server);
        await RunAsync(server, "schedule", "create", "-s", at.Id, "--cron", "0 3 * * MON", "--type", "Scripted",
            "--task-queue", at.Worker.TaskQueue, "-w", at.Id);
        await RunAsync(server, "schedule", "toggle", "-s", at.Id, "--pause", "--reason", "maintenance");
        var described = await JsonAsync(server, "schedule", "describe", "-s", at.Id);
        Assert.True(described.GetProperty("schedule").GetProperty("state").GetProperty("paused").GetBoolean());
        Assert.Equal("maintenance",
            described.GetProperty("schedule").GetProperty("state").GetProperty("notes").GetString());

        await RunAsync(server, "schedule", "trigger", "-s", at.Id);
        var task = await at.Worker.AnswerAsync(ScriptedWorker.Complete(null));

        Assert.StartsWith(at.Id + "-20", task.WorkflowExecution.WorkflowId, StringComparison.Ordinal);
        await UntilAsync(async () => (await RunAsync(server, "schedule", "list")).Output.Contains(at.Id, StringComparison.Ordinal));
        await RunAsync(server, "schedule", "delete", "-s", at.Id);
        Assert.NotEqual(0, (await TryAsync(server, "schedule", "describe", "-s", at.Id)).ExitCode);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Operator_NamespacesAttributesAndHealth_ByHand(string server)
    {
        var name = $"ns-{Guid.NewGuid():N}"[..16];
        Assert.Contains("SERVING", (await RunAsync(server, "operator", "cluster", "health")).Output, StringComparison.Ordinal);
        await RunAsync(server, "operator", "namespace", "create", "-n", name, "--retention", "24h", "--description", "by hand");
        await UntilAsync(async () => (await TryAsync(server, "operator", "namespace", "describe", "-n", name)).ExitCode == 0);
        Assert.Contains(name, (await RunAsync(server, "operator", "namespace", "list")).Output, StringComparison.Ordinal);
        Assert.NotEqual(0, (await TryAsync(server, "operator", "namespace", "create", "-n", name)).ExitCode);

        var attribute = "Attr" + name[3..];
        await RunAsync(server, "operator", "search-attribute", "create", "--name", attribute, "--type", "Keyword");
        await UntilAsync(async () => (await RunAsync(server, "operator", "search-attribute", "list"))
            .Output.Contains(attribute, StringComparison.Ordinal));
        await RunAsync(server, "operator", "search-attribute", "remove", "--name", attribute, "--yes");
    }

    private static string SkipWithoutBinary()
    {
        var binary = RealDevServer.FindBinary();
        Assert.SkipWhen(binary is null, "No temporal binary: set TEMPORAL_CLI.");
        return binary!;
    }

    private static async Task<ForeignCommand.Outcome> TryAsync(string server, params string[] arguments)
    {
        var binary = SkipWithoutBinary();
        var address = await ServersUnderTest.Named(server).AddressAsync();
        return await ForeignCommand.RunAsync(
            binary, [.. arguments, "--address", address], AppContext.BaseDirectory, TimeSpan.FromSeconds(60));
    }

    private static async Task<ForeignCommand.Outcome> RunAsync(string server, params string[] arguments)
    {
        var outcome = await TryAsync(server, arguments);
        Assert.True(outcome.ExitCode == 0, $"temporal {string.Join(' ', arguments)}: {outcome.Error}{outcome.Output}");
        return outcome;
    }

    private static async Task<JsonElement> JsonAsync(string server, params string[] arguments) =>
        JsonDocument.Parse((await RunAsync(server, [.. arguments, "-o", "json"])).Output).RootElement;

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (!await holds())
        {
            await Task.Delay(100, limit.Token);
        }
    }
}
