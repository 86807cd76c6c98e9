using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Client.Interceptors;
using Runbooks.Temporal.Converters;
using Runbooks.Tests.Conformance.Servers;

namespace Runbooks.Tests.Conformance.Client;

public sealed class InterceptorCases
{
    public static TheoryData<string> Servers => ServersUnderTest.All;

    [Theory, MemberData(nameof(Servers))]
    public async Task Interceptors_SeeCallsInOrder_AndTheirHeadersArrive(string server)
    {
        var calls = new List<string>();
        var at = await ClientCase.StartAsync(server, options =>
            options.Interceptors = [new Recording("outer", calls), new Recording("inner", calls)]);

        var handle = await at.StartWorkflowAsync();
        await handle.SignalAsync("poke", []);
        await handle.TerminateAsync();

        Assert.Equal(["outer start", "inner start", "outer signal", "inner signal"], calls);
        var events = (await handle.FetchHistoryAsync()).Events;
        var start = events.First().WorkflowExecutionStartedEventAttributes.Header;
        var signal = events.Single(item => item.EventType == EventType.WorkflowExecutionSignaled)
            .WorkflowExecutionSignaledEventAttributes.Header;
        Assert.Equal("\"inner\"", start.Fields["from"].Data.ToStringUtf8());
        Assert.Equal("\"inner\"", signal.Fields["from"].Data.ToStringUtf8());
    }

    private sealed class Recording(string name, List<string> calls) : IClientInterceptor
    {
        public ClientOutboundInterceptor InterceptClient(ClientOutboundInterceptor nextInterceptor) =>
            new Outbound(nextInterceptor, name, calls);
    }

    private sealed class Outbound(ClientOutboundInterceptor next, string name, List<string> calls)
        : ClientOutboundInterceptor(next)
    {
        private Dictionary<string, Payload> Headers => new()
        {
            ["from"] = DataConverter.Default.PayloadConverter.ToPayload(name),
        };

        public override Task<WorkflowHandle<TWorkflow, TResult>> StartWorkflowAsync<TWorkflow, TResult>(
            StartWorkflowInput input)
        {
            calls.Add(name + " start");
            return base.StartWorkflowAsync<TWorkflow, TResult>(input with { Headers = Headers });
        }

        public override Task SignalWorkflowAsync(SignalWorkflowInput input)
        {
            calls.Add(name + " signal");
            return base.SignalWorkflowAsync(input with { Headers = Headers });
        }
    }
}
