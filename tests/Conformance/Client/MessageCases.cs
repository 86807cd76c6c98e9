using Temporalio.Api.Enums.V1;
using Temporalio.Api.Update.V1;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;
using Runbooks.Tests.Conformance.Servers;

namespace Runbooks.Tests.Conformance.Client;

public sealed class MessageCases
{
    public static TheoryData<string> Servers => ServersUnderTest.All;

    [Theory, MemberData(nameof(Servers))]
    public async Task Signal_ArrivesWithItsArguments(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();

        await handle.SignalAsync("poke", ["a", 1]);

        var task = await at.Worker.AnswerAsync(ScriptedWorker.Complete(null));
        var signal = Assert.Single(task.History.Events, item => item.EventType == EventType.WorkflowExecutionSignaled)
            .WorkflowExecutionSignaledEventAttributes;
        Assert.Equal("poke", signal.SignalName);
        Assert.Equal(["\"a\"", "1"], signal.Input.Payloads_.Select(payload => payload.Data.ToStringUtf8()));
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Query_IsAnsweredByTheWorker(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();
        await at.Worker.AnswerAsync();

        var answer = handle.QueryAsync<string>("state", ["x"]);
        var task = await at.Worker.PollWorkflowTaskAsync();
        Assert.Equal("state", task.Query.QueryType);
        await at.Worker.AnswerQueryAsync(task, "fine");

        Assert.Equal("fine", await answer);
        await handle.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Query_ThatFails_SaysWhy(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();
        await at.Worker.AnswerAsync();

        var answer = handle.QueryAsync<string>("unknown", []);
        await at.Worker.AnswerQueryAsync(await at.Worker.PollWorkflowTaskAsync(), null, "no such query");

        var error = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => answer);
        Assert.Equal("no such query", error.Message);
        await handle.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Query_OfAClosedRun_IsRejectedWhenAskedSo(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();
        await at.Worker.AnswerAsync(ScriptedWorker.Complete(null));

        var error = await Assert.ThrowsAsync<WorkflowQueryRejectedException>(() => handle.QueryAsync<string>(
            "state", [], new() { RejectCondition = QueryRejectCondition.NotOpen }));

        Assert.Equal(WorkflowExecutionStatus.Completed, error.WorkflowStatus);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Update_ReturnsItsResult(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();
        await at.Worker.AnswerAsync();

        var update = handle.ExecuteUpdateAsync<int>("add", [1, 2], new("u1"));
        await at.Worker.AnswerUpdatesAsync(await at.Worker.PollWorkflowTaskAsync(), request =>
        {
            Assert.Equal("add", request.Input.Name);
            Assert.Equal("u1", request.Meta.UpdateId);
            return new() { Success = ScriptedWorker.Payloads(3) };
        });

        Assert.Equal(3, await update);
        Assert.Equal(3, await handle.GetUpdateHandle<int>("u1").GetResultAsync());
        Assert.Equal(3, await handle.ExecuteUpdateAsync<int>("add", [1, 2], new("u1")));
        await handle.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Update_ThatFails_CarriesTheFailure(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();
        await at.Worker.AnswerAsync();
        var failure = DataConverter.Default.FailureConverter.ToFailure(
            new ApplicationFailureException("refused", "RB-1"), DataConverter.Default.PayloadConverter);

        var update = handle.ExecuteUpdateAsync("add", []);
        await at.Worker.AnswerUpdatesAsync(
            await at.Worker.PollWorkflowTaskAsync(), _ => new() { Failure = failure });

        var error = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => update);
        Assert.Equal("RB-1", Assert.IsType<ApplicationFailureException>(error.InnerException).ErrorType);
        await handle.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Update_StartedUntilAccepted_IsPolledForItsResult(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();
        await at.Worker.AnswerAsync();

        var start = handle.StartUpdateAsync<string>("slow", [], new("u1", WorkflowUpdateStage.Accepted));
        await at.Worker.AnswerUpdatesAsync(await at.Worker.PollWorkflowTaskAsync(), _ => null);
        var update = await start;
        var result = update.GetResultAsync();
        await handle.SignalAsync("finish", []);
        var task = await at.Worker.PollWorkflowTaskAsync();
        await at.Worker.RespondAsync(task, request =>
        {
            request.Messages.Add(new Temporalio.Api.Protocol.V1.Message
            {
                Id = "u1/complete",
                ProtocolInstanceId = "u1",
                Body = Google.Protobuf.WellKnownTypes.Any.Pack(new Response
                {
                    Meta = new() { UpdateId = "u1" },
                    Outcome = new() { Success = ScriptedWorker.Payloads("slowly") },
                }),
            });
            request.Commands.Add(new Temporalio.Api.Command.V1.Command
            {
                CommandType = CommandType.ProtocolMessage,
                ProtocolMessageCommandAttributes = new() { MessageId = "u1/complete" },
            });
        });

        Assert.Equal("slowly", await result);
        await handle.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Update_WaitGivenUp_SaysSo(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();
        await at.Worker.AnswerAsync();
        using var giveUp = new CancellationTokenSource();

        var update = handle.StartUpdateAsync("never", [], new(WorkflowUpdateStage.Accepted)
        {
            Rpc = new() { CancellationToken = giveUp.Token },
        });
        await giveUp.CancelAsync();

        await Assert.ThrowsAsync<WorkflowUpdateRpcTimeoutOrCanceledException>(() => update);
        await handle.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task UpdateWithStart_StartsThenUpdates_AndFindsTheExistingNextTime(string server)
    {
        var at = await ClientCase.StartAsync(server);

        var first = await UpdateWithStartAsync(at, "one");
        var second = await UpdateWithStartAsync(at, "two");

        Assert.Equal("one", first.Result);
        Assert.Equal("two", second.Result);
        Assert.Equal(first.Handle.ResultRunId, second.Handle.ResultRunId);
        Assert.NotNull(first.Handle.FirstExecutionRunId);
        Assert.Null(second.Handle.FirstExecutionRunId);
        await first.Handle.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task UpdateWithStart_OfAnOpenIdThatMustNotBe_IsAlreadyStarted(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var holder = await at.StartWorkflowAsync();
        var options = at.Options;
        options.IdConflictPolicy = WorkflowIdConflictPolicy.Fail;
        var operation = WithStartWorkflowOperation.Create("Scripted", [], options);

        var error = await Assert.ThrowsAsync<WorkflowAlreadyStartedException>(() =>
            at.Client.StartUpdateWithStartWorkflowAsync("add", [], new(operation, WorkflowUpdateStage.Accepted)));

        Assert.Equal(holder.ResultRunId, error.RunId);
        await Assert.ThrowsAsync<WorkflowAlreadyStartedException>(() => operation.GetHandleAsync());
        await holder.TerminateAsync();
    }

    private static async Task<(string Result, WorkflowHandle Handle)> UpdateWithStartAsync(ClientCase at, string text)
    {
        var options = at.Options;
        options.IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting;
        var operation = WithStartWorkflowOperation.Create("Scripted", [], options);
        var update = at.Client.ExecuteUpdateWithStartWorkflowAsync<string>("echo", [text], new(operation));
        await at.Worker.AnswerUpdatesAsync(
            await at.Worker.PollWorkflowTaskAsync(), request => new() { Success = request.Input.Args });
        return (await update, await operation.GetHandleAsync());
    }
}
