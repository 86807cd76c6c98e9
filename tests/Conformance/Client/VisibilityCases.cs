using Temporalio.Api.Enums.V1;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;
using Runbooks.Tests.Conformance.Servers;

namespace Runbooks.Tests.Conformance.Client;

public sealed class VisibilityCases
{
    public static TheoryData<string> Servers => ServersUnderTest.All;

    [Theory, MemberData(nameof(Servers))]
    public async Task List_ReturnsEveryMatchOverSeveralPages(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handles = new List<WorkflowHandle>();
        for (var i = 0; i < 5; i++)
        {
            handles.Add(await at.Client.StartWorkflowAsync(
                "Listed", [], new($"{at.Id}-{i}", at.Worker.TaskQueue)));
        }

        var query = $"WorkflowId STARTS_WITH '{at.Id}'";
        var found = await UntilAsync(
            () => ListAsync(at.Client, query, new() { PageSize = 2 }), list => list.Count == 5);

        Assert.Equal(handles.Select(handle => handle.Id).Order(), found.Select(item => item.Id).Order());
        Assert.All(found, item => Assert.Equal("Listed", item.WorkflowType));
        Assert.All(found, item => Assert.Equal(WorkflowExecutionStatus.Running, item.Status));
        Assert.Equal(3, (await ListAsync(at.Client, query, new() { Limit = 3 })).Count);
        foreach (var handle in handles)
        {
            await handle.TerminateAsync();
        }
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Count_GroupsByStatus(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var open = await at.Client.StartWorkflowAsync("Counted", [], new($"{at.Id}-open", at.Worker.TaskQueue));
        var closed = await at.Client.StartWorkflowAsync("Counted", [], new($"{at.Id}-closed", at.Worker.TaskQueue));
        await closed.TerminateAsync();

        var query = $"WorkflowId STARTS_WITH '{at.Id}' GROUP BY ExecutionStatus";
        var count = await UntilAsync(
            () => at.Client.CountWorkflowsAsync(query), found => found.Count == 2 && found.Groups.Count == 2);

        var statuses = count.Groups.Select(group => (string)group.GroupValues.Single());
        Assert.Equal(["Running", "Terminated"], statuses.Order());
        Assert.All(count.Groups, group => Assert.Equal(1, group.Count));
        await open.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Query_WithAnUnknownKey_IsInvalid(string server)
    {
        var at = await ClientCase.StartAsync(server);

        var error = await Assert.ThrowsAsync<RpcException>(() =>
            at.Client.CountWorkflowsAsync("NoSuchAttribute = 'x'"));

        Assert.Equal(RpcException.StatusCode.InvalidArgument, error.Code);
    }

    private static async Task<List<WorkflowExecution>> ListAsync(
        TemporalClient client, string query, WorkflowListOptions options)
    {
        var found = new List<WorkflowExecution>();
        await foreach (var item in client.ListWorkflowsAsync(query, options))
        {
            found.Add(item);
        }

        return found;
    }

    /// <summary>Visibility follows the runs at a distance, by contract: ask again until it has caught up.</summary>
    internal static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> good)
    {
        var answer = await ask();
        for (var i = 0; i < 100 && !good(answer); i++)
        {
            await Task.Delay(100);
            answer = await ask();
        }

        Assert.True(good(answer), "The server's index did not catch up within 10 s.");
        return answer;
    }
}
