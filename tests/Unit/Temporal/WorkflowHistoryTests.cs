using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Runbooks.Temporal.Common;

namespace Runbooks.Tests.Unit.Temporal;

public sealed class WorkflowHistoryTests
{
    [Theory]
    [InlineData("EVENT_TYPE_WORKFLOW_EXECUTION_STARTED", "TASK_QUEUE_KIND_NORMAL")]
    [InlineData("WorkflowExecutionStarted", "Normal")]
    [InlineData("EVENT_TYPE_WORKFLOW_EXECUTION_STARTED", "Normal")]
    public void Json_IsReadInEitherSpelling(string eventType, string queueKind)
    {
        var history = WorkflowHistory.FromJson("w", $$$"""
            {"events":[{"eventId":"1","eventTime":"2026-01-02T03:04:05.678901234Z","eventType":"{{{eventType}}}",
              "somethingNew":{"x":1},
              "workflowExecutionStartedEventAttributes":{
                "workflowType":{"name":"Normal"},"taskQueue":{"name":"q","kind":"{{{queueKind}}}"},
                "workflowRunTimeout":"7200s",
                "input":{"payloads":[{"metadata":{"encoding":"anNvbi9wbGFpbg=="},"data":"IkFkYSI="}]},
                "continuedFailure":{"message":"m","timeoutFailureInfo":{"timeoutType":"StartToClose"} } } }]}
            """);

        Assert.Equal("w", history.Id);
        var started = Assert.Single(history.Events);
        Assert.Equal(EventType.WorkflowExecutionStarted, started.EventType);
        var attributes = started.WorkflowExecutionStartedEventAttributes;
        Assert.Equal("Normal", attributes.WorkflowType.Name);
        Assert.Equal(TaskQueueKind.Normal, attributes.TaskQueue.Kind);
        Assert.Equal(7200, attributes.WorkflowRunTimeout.Seconds);
        Assert.Equal("\"Ada\"", attributes.Input.Payloads_[0].Data.ToStringUtf8());
        Assert.Equal(TimeoutType.StartToClose, attributes.ContinuedFailure.TimeoutFailureInfo.TimeoutType);
    }

    [Fact]
    public void Json_RoundTrips()
    {
        var history = new WorkflowHistory("w", [Started()]);

        Assert.Equal(history.Events, WorkflowHistory.FromJson("w", history.ToJson()).Events);
        Assert.Contains("EVENT_TYPE_WORKFLOW_EXECUTION_STARTED", history.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Binary_RoundTrips()
    {
        var history = new WorkflowHistory("w", [Started()]);

        Assert.Equal(history.Events, WorkflowHistory.FromBinary("w", history.ToBinary()).Events);
    }

    [Fact]
    public void EveryEventType_IsReadInTheOldSpelling()
    {
        var descriptor = HistoryEvent.Descriptor.FindFieldByName("event_type").EnumType;
        foreach (var value in System.Enum.GetValues<EventType>())
        {
            var name = HistoryJson.ProtoName(descriptor, value.ToString());

            Assert.Equal((int)value, descriptor.FindValueByName(name).Number);
        }
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    public void Anything_Else_IsRefused(string json) =>
        Assert.Throws<ArgumentException>(() => WorkflowHistory.FromJson("w", json));

    private static HistoryEvent Started() => new()
    {
        EventId = 1,
        EventType = EventType.WorkflowExecutionStarted,
        WorkflowExecutionStartedEventAttributes = new() { WorkflowType = new() { Name = "T" } },
    };
}
