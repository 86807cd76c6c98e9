using Temporalio.Api.Enums.V1;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;
using Runbooks.Tests.Conformance.Servers;
using StatusCode = Runbooks.Temporal.Exceptions.RpcException.StatusCode;

namespace Runbooks.Tests.Conformance.Client;

public sealed class ConnectionCases
{
    public static TheoryData<string> Servers => ServersUnderTest.All;

    [Theory, MemberData(nameof(Servers))]
    public async Task Connection_OfRunningServer_IsHealthyAndKnowsItsNamespace(string server)
    {
        var at = await ClientCase.StartAsync(server);

        Assert.True(at.Client.Connection.IsConnected);
        Assert.True(await at.Client.Connection.CheckHealthAsync());
        var described = await at.Client.Connection.WorkflowService.DescribeNamespaceAsync(
            new() { Namespace = "default" });
        Assert.Equal("default", described.NamespaceInfo.Name);
        Assert.Equal(NamespaceState.Registered, described.NamespaceInfo.State);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task LazyConnection_ConnectsWithTheFirstCall(string server)
    {
        var address = await ServersUnderTest.Named(server).AddressAsync();
        using var connection = TemporalConnection.CreateLazy(new(address));

        Assert.False(connection.IsConnected);
        await connection.WorkflowService.DescribeNamespaceAsync(new() { Namespace = "default" });

        Assert.True(connection.IsConnected);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Call_ThatTheServerDoesNotKnow_IsUnimplemented(string server)
    {
        var at = await ClientCase.StartAsync(server);

        var error = await Assert.ThrowsAsync<RpcException>(() => at.Client.Connection.WorkflowService.CallAsync(
            "NoSuchCall",
            new Google.Protobuf.WellKnownTypes.Empty(),
            Google.Protobuf.WellKnownTypes.Empty.Parser));

        Assert.Equal(StatusCode.Unimplemented, error.Code);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Call_OfUnknownNamespace_IsNotFoundWithItsTypedDetail(string server)
    {
        var at = await ClientCase.StartAsync(server);

        var error = await Assert.ThrowsAsync<RpcException>(() =>
            at.Client.Connection.WorkflowService.DescribeNamespaceAsync(new() { Namespace = "nowhere-" + at.Id }));

        Assert.Equal(StatusCode.NotFound, error.Code);
        Assert.NotNull(error.GetDetail<Temporalio.Api.ErrorDetails.V1.NamespaceNotFoundFailure>());
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Poll_GivenUpByItsCaller_EndsAsCancelled(string server)
    {
        var at = await ClientCase.StartAsync(server);
        using var giveUp = new CancellationTokenSource();

        var poll = at.Client.Connection.WorkflowService.PollWorkflowTaskQueueAsync(
            new() { Namespace = "default", TaskQueue = new() { Name = at.Worker.TaskQueue } },
            new() { CancellationToken = giveUp.Token });
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll);
    }

    [Fact]
    public async Task Connection_ToNobody_FailsWithTheCause()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TemporalClient.ConnectAsync(new("127.0.0.1:1")));

        Assert.Equal(StatusCode.Unavailable, Assert.IsType<RpcException>(error.InnerException).Code);
    }
}
