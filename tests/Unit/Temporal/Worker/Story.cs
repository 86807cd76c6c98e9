using Google.Protobuf.WellKnownTypes;
using Runbooks.Temporal.Worker.Core;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Tests.Unit.Temporal.Worker;

/// <summary>Writes histories event by event, with ids and times that count up.</summary>
internal sealed class Story
{
    internal List<HistoryEvent> Events { get; } = [];

    internal long LastId => Events.Count;

    internal static Payload Payload(string text) =>
        new() { Data = Google.Protobuf.ByteString.CopyFromUtf8(text) };

    internal static Story Begin()
    {
        var story = new Story();
        story.Add(EventType.WorkflowExecutionStarted, e => e.WorkflowExecutionStartedEventAttributes = new()
        {
            WorkflowType = new() { Name = "Story" },
            WorkflowId = "story",
            OriginalExecutionRunId = "run",
        });
        return story.Task();
    }

    internal Story Add(EventType type, Action<HistoryEvent>? fill = null)
    {
        var e = new HistoryEvent
        {
            EventId = Events.Count + 1,
            EventType = type,
            EventTime = Timestamp.FromDateTime(DateTime.UnixEpoch.AddSeconds(Events.Count)),
        };
        fill?.Invoke(e);
        Events.Add(e);
        return this;
    }

    /// <summary>A workflow task is scheduled and started.</summary>
    internal Story Task() => Add(EventType.WorkflowTaskScheduled).Add(
        EventType.WorkflowTaskStarted, e => e.WorkflowTaskStartedEventAttributes = new());

    internal Story Completed(params uint[] coreFlags) => Add(
        EventType.WorkflowTaskCompleted,
        e => e.WorkflowTaskCompletedEventAttributes = new()
        {
            SdkMetadata = new() { CoreUsedFlags = { coreFlags } },
        });

    internal Story TimerStarted(uint seq) => Add(
        EventType.TimerStarted, e => e.TimerStartedEventAttributes = new() { TimerId = $"{seq}" });

    internal Story TimerFired(long startedEventId) => Add(
        EventType.TimerFired, e => e.TimerFiredEventAttributes = new() { StartedEventId = startedEventId });

    internal Story Signaled(string name) => Add(
        EventType.WorkflowExecutionSignaled,
        e => e.WorkflowExecutionSignaledEventAttributes = new() { SignalName = name });

    internal Story ActivityScheduled(string id, string type) => Add(
        EventType.ActivityTaskScheduled,
        e => e.ActivityTaskScheduledEventAttributes = new() { ActivityId = id, ActivityType = new() { Name = type } });

    internal Story Marker(Temporalio.Api.Command.V1.RecordMarkerCommandAttributes marker) => Add(
        EventType.MarkerRecorded,
        e => e.MarkerRecordedEventAttributes = new()
        {
            MarkerName = marker.MarkerName,
            Details = { marker.Details },
            Failure = marker.Failure,
        });

    internal RunMachine Machine()
    {
        var machine = new RunMachine("run");
        Assert.True(machine.Feed(Events, []));
        return machine;
    }
}
