using Google.Protobuf;
using Runbooks.ControlPlane.Agents;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Tests.Unit.ControlPlane;

public sealed class EngineDoorTests
{
    private const string Service = "/temporal.api.workflowservice.v1.WorkflowService/";

    [Theory]
    [InlineData("site/site-a", true)]
    [InlineData("site/site-b", false)]
    [InlineData("control", false)]
    [InlineData("runbooks", false)]
    public void Agent_PollingAQueue_MayTakeOnlyItsOwn(string queue, bool allowed)
    {
        var poll = new PollActivityTaskQueueRequest { TaskQueue = new TaskQueue { Name = queue } };

        Assert.Equal(allowed, EngineDoor.Denial("site-a", Service + "PollActivityTaskQueue", poll) is null);
    }

    [Theory]
    [InlineData("StartWorkflowExecution")]
    [InlineData("SignalWorkflowExecution")]
    [InlineData("TerminateWorkflowExecution")]
    [InlineData("GetWorkflowExecutionHistory")]
    [InlineData("PollWorkflowTaskQueue")]
    [InlineData("RespondWorkflowTaskCompleted")]
    [InlineData("ListWorkflowExecutions")]
    [InlineData("CreateSchedule")]
    public void Agent_CallingAnythingAboutWorkflows_IsDenied(string method)
    {
        Assert.NotNull(EngineDoor.Denial("site-a", Service + method, new StartWorkflowExecutionRequest()));
    }

    [Fact]
    public void Caller_WithoutASite_IsDeniedEverything()
    {
        IMessage request = new GetSystemInfoRequest();

        Assert.NotNull(EngineDoor.Denial(null, Service + "GetSystemInfo", request));
    }
}
