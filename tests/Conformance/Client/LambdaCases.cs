using Temporalio.Api.Enums.V1;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Workflows;
using Runbooks.Tests.Conformance.Servers;

namespace Runbooks.Tests.Conformance.Client;

public sealed class LambdaCases
{
    public static TheoryData<string> Servers => ServersUnderTest.All;

    [Theory, MemberData(nameof(Servers))]
    public async Task Lambdas_BecomeNamesAndArguments(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var options = at.Options;
        options.SignalWithStart((IGreeting wf) => wf.NudgeAsync("early"));

        var handle = await at.Client.StartWorkflowAsync((IGreeting wf) => wf.RunAsync("Ada", 3), options);
        await handle.SignalAsync(wf => wf.NudgeAsync("late"));

        var task = await at.Worker.PollWorkflowTaskAsync();
        Assert.Equal("Greeting", task.WorkflowType.Name);
        var started = task.History.Events[0].WorkflowExecutionStartedEventAttributes;
        Assert.Equal(["\"Ada\"", "3"], started.Input.Payloads_.Select(payload => payload.Data.ToStringUtf8()));
        var signals = task.History.Events.Where(item => item.EventType == EventType.WorkflowExecutionSignaled)
            .Select(item => item.WorkflowExecutionSignaledEventAttributes).ToArray();
        Assert.All(signals, signal => Assert.Equal("Nudge", signal.SignalName));
        Assert.Equal(["\"early\"", "\"late\""], signals.Select(s => s.Input.Payloads_[0].Data.ToStringUtf8()));
        await at.Worker.CompleteAsync(task);

        var query = handle.QueryAsync(wf => wf.Mood);
        var asked = await at.Worker.PollWorkflowTaskAsync();
        Assert.Equal("Mood", asked.Query.QueryType);
        await at.Worker.AnswerQueryAsync(asked, "calm");
        Assert.Equal("calm", await query);

        var update = handle.ExecuteUpdateAsync(wf => wf.RaiseAsync(2));
        await at.Worker.AnswerUpdatesAsync(
            await at.Worker.PollWorkflowTaskAsync(),
            request =>
            {
                Assert.Equal("raise-it", request.Input.Name);
                return new() { Success = request.Input.Args };
            },
            ScriptedWorker.Complete("hello"));
        Assert.Equal(2, await update);
        Assert.Equal("hello", await handle.GetResultAsync());
    }

    [Workflow]
    public interface IGreeting
    {
        [WorkflowQuery]
        string Mood { get; }

        [WorkflowRun]
        Task<string> RunAsync(string name, int times);

        [WorkflowSignal]
        Task NudgeAsync(string how);

        [WorkflowUpdate("raise-it")]
        Task<int> RaiseAsync(int by);
    }
}
