using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Runbooks.Temporal.Exceptions;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Protocol.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>
/// The core of one run, pure: history in, activations out; commands in, protocol commands out.
/// <code>
///   Feed(history, messages)
///   while NextActivation() is { } activation:
///       Apply(language(activation))          one machine per operation, one outgoing command per wish
///   TakeResult()                             only when the last activation was for the task at hand
/// </code>
/// Invariants:
/// - an activation is made for a piece of history, or for jobs that machines produced while commands were applied
///   (a cancelled activity resolves at once), or for one local activity outcome; never for nothing;
/// - on replay the commands of a piece are paired, in order, with the events that recorded them; both lists must end
///   together. The pairing is the whole determinism check;
/// - after any exception from here the run is unusable and must be evicted: its machines stand between two states.
/// Deliberately not done: streaming of history pages (the caller fetches all pages first).
/// </summary>
internal sealed class RunMachine : IMachineHost
{
    private readonly string runId;
    private readonly HistoryWindow window = new();
    private readonly CommandQueue outgoing = new();
    private readonly OperationTable operations;
    private readonly List<ActivationJob> jobs = [];
    private readonly List<Message> rejections = [];
    private readonly Queue<LocalActivityRecord> recordedLocals = new();
    private readonly PatchLedger patches = new();
    private readonly CoreFlags flags = new();
    private readonly Dictionary<string, IMessage> admitted = new(StringComparer.Ordinal);
    private List<Message> messages = [];
    private HistoryEvent? started;
    private DateTime now;

    internal RunMachine(string runId)
    {
        this.runId = runId;
        operations = new(this);
    }

    /// <summary>True while activations are made from recorded tasks.</summary>
    internal bool IsReplaying { get; private set; }

    /// <summary>True when the code ended the run in the task at hand.</summary>
    internal bool HasTerminalCommand => outgoing.HasTerminal;

    internal long LastStartedEventId => window.LastStartedEventId;

    internal bool HasOpenLocalActivities => operations.HasOpenLocalActivities;

    public bool ChecksIdAndType => !IsReplaying || flags.IdAndTypeChecks;

    /// <summary>Adds history. False when it does not continue what is known: fetch the full history.</summary>
    internal bool Feed(IReadOnlyList<HistoryEvent> events, IEnumerable<Message> newMessages)
    {
        messages = [.. newMessages];
        return window.Feed(events);
    }

    /// <summary>The server threw a speculative task away: the next history starts after this event.</summary>
    internal void ResetTo(long startedEventId) => window.LastStartedEventId = startedEventId;

    internal WorkflowActivation? NextActivation()
    {
        while (jobs.Count == 0)
        {
            if (!ResolveRecordedLocal() && !Advance())
            {
                return null;
            }
        }
        return TakeActivation();
    }

    /// <summary>An activation that only asks; made between others.</summary>
    internal WorkflowActivation QueryActivation(IReadOnlyList<AnswerQuery> queries) => Activation(queries);

    internal void Apply(IReadOnlyList<WorkflowCommand> commands)
    {
        foreach (var command in commands)
        {
            Apply(command);
        }
    }

    /// <summary>Local activities asked for by the live task that no executor has yet.</summary>
    internal IReadOnlyList<LocalActivityMachine> TakeUnstartedLocals() => operations.TakeUnstartedLocals();

    internal IReadOnlyList<uint> TakeLocalCancels() => operations.TakeLocalCancels();

    /// <summary>Outcome of the executor. Ignored when the code stopped waiting.</summary>
    internal void ResolveLocalActivity(LocalActivityRecord record) => operations.ResolveLocal(record);

    internal TaskResult TakeResult()
    {
        outgoing.Settle(moveTerminal: true);
        var (commands, sent) = outgoing.CopyForSending();
        sent.AddRange(rejections);
        rejections.Clear();
        return new(commands, sent, flags.TakeNew());
    }

    /// <summary>Checks the end of a complete history against the commands of its last task.</summary>
    internal void FinishReplay()
    {
        outgoing.Settle(flags.MoveTerminalCommands);
        var rest = window.TakeRest();
        foreach (var e in rest)
        {
            Handle(e);
        }
        if (rest.Count > 0)
        {
            outgoing.RequireEmpty();
        }
    }

    OutgoingCommand IMachineHost.Issue(OutgoingCommand command) => outgoing.Add(command);

    void IMachineHost.AddJob(ActivationJob job) => jobs.Add(job);

    void IMachineHost.Route(long eventId, CommandMachine machine) => operations.Route(eventId, machine);

    void IMachineHost.AdvanceTime(DateTime time) => now = time > now ? time : now;

    private WorkflowActivation TakeActivation()
    {
        var ordered = jobs.OrderBy(j => j.Order).ToArray();
        jobs.Clear();
        return Activation(ordered);
    }

    private WorkflowActivation Activation(IReadOnlyList<ActivationJob> list)
    {
        var attributes = started?.WorkflowTaskStartedEventAttributes;
        return new(
            runId, now, IsReplaying, (int)(started?.EventId ?? 0), attributes?.HistorySizeBytes ?? 0,
            attributes?.SuggestContinueAsNew ?? false, list);
    }

    private bool ResolveRecordedLocal()
    {
        while (recordedLocals.TryPeek(out var record))
        {
            if (operations.FindLocal(record.Seq) is not { } machine)
            {
                // Not asked for yet. If it never is, the marker will find no command and say so.
                return false;
            }
            recordedLocals.Dequeue();
            if (machine.IsOpen)
            {
                machine.Resolve(record);
                return true;
            }
        }
        return false;
    }

    private bool Advance()
    {
        if (window.Next() is not { } piece)
        {
            return false;
        }
        outgoing.Settle(!IsReplaying || flags.MoveTerminalCommands);
        foreach (var e in piece.Events)
        {
            Handle(e);
        }
        outgoing.RequireEmpty();
        started = piece.Started;
        now = piece.Started.EventTime?.ToDateTime() ?? now;
        IsReplaying = piece.IsReplay;
        LookAhead(piece);
        if (!piece.IsReplay)
        {
            ReceiveMessages();
        }
        return true;
    }

    private void Handle(HistoryEvent e)
    {
        if (HistoryEvents.RecordsCommand(e.EventType))
        {
            Pair(e);
            return;
        }
        if (HistoryEvents.OpenedBy(e) is var opened and > 0)
        {
            operations.Deliver(opened, e);
            return;
        }
        switch (e.EventType)
        {
            case EventType.WorkflowExecutionStarted:
                jobs.Add(new InitializeWorkflow(
                    e.WorkflowExecutionStartedEventAttributes, e.EventTime?.ToDateTime() ?? default));
                break;
            case EventType.WorkflowExecutionSignaled:
                jobs.Add(new SignalWorkflow(e.WorkflowExecutionSignaledEventAttributes));
                break;
            case EventType.WorkflowExecutionCancelRequested:
                jobs.Add(new CancelWorkflow(e.WorkflowExecutionCancelRequestedEventAttributes.Cause));
                break;
            case EventType.WorkflowExecutionUpdateAdmitted:
                var request = e.WorkflowExecutionUpdateAdmittedEventAttributes.Request;
                admitted[request.Meta.UpdateId] = request;
                break;
            case EventType.WorkflowTaskFailed
                when e.WorkflowTaskFailedEventAttributes.Cause == WorkflowTaskFailedCause.ResetWorkflow:
                jobs.Add(new UpdateRandomSeed(e.WorkflowTaskFailedEventAttributes.NewRunId));
                break;
            default:
                // Workflow task events and events for other readers (options, external property changes) say nothing
                // that workflow code could see.
                break;
        }
    }

    private void Pair(HistoryEvent e)
    {
        if (patches.SkipsAsDeprecated(e, outgoing.Next))
        {
            return;
        }
        if (outgoing.Next is not { } next)
        {
            throw Nondeterminism.Error($"No command scheduled for event {Nondeterminism.Describe(e)}");
        }
        if (!next.Machine.Records(e, next))
        {
            throw Nondeterminism.Error(
                $"{next.Command.CommandType} command does not match {Nondeterminism.Describe(e)}");
        }
        outgoing.TakeNext();
        next.Machine.OnRecorded(e, next);
    }

    private void LookAhead(HistoryPiece piece)
    {
        foreach (var e in piece.Ahead)
        {
            switch (e.EventType)
            {
                case EventType.WorkflowTaskCompleted:
                    flags.Learn(e.WorkflowTaskCompletedEventAttributes.SdkMetadata?.CoreUsedFlags);
                    break;
                case EventType.MarkerRecorded when Markers.TryReadPatch(e, out var id, out _):
                    if (patches.Learn(id))
                    {
                        jobs.Add(new NotifyHasPatch(id));
                    }
                    break;
                case EventType.MarkerRecorded when Markers.TryReadLocalActivity(e) is { } record:
                    recordedLocals.Enqueue(record);
                    break;
                case EventType.WorkflowExecutionUpdateAccepted:
                    ReplayUpdate(e.WorkflowExecutionUpdateAcceptedEventAttributes);
                    break;
            }
        }
    }

    private void ReplayUpdate(WorkflowExecutionUpdateAcceptedEventAttributes accepted)
    {
        var request = accepted.AcceptedRequest ??
            (Temporalio.Api.Update.V1.Request?)admitted.GetValueOrDefault(accepted.ProtocolInstanceId)
            ?? throw Nondeterminism.Error($"Accepted update {accepted.ProtocolInstanceId} has no request");
        AddUpdate(
            new(accepted.ProtocolInstanceId, request, RunValidator: false),
            accepted.AcceptedRequestMessageId,
            accepted.AcceptedRequestSequencingEventId);
    }

    private void ReceiveMessages()
    {
        foreach (var message in messages)
        {
            var request = message.Body.Unpack<Temporalio.Api.Update.V1.Request>();
            if (request.Input is null && admitted.GetValueOrDefault(message.ProtocolInstanceId) is { } earlier)
            {
                request = (Temporalio.Api.Update.V1.Request)earlier;
            }
            AddUpdate(new(message.ProtocolInstanceId, request, RunValidator: true), message.Id, message.EventId);
        }
        messages.Clear();
    }

    private void AddUpdate(DoUpdate update, string messageId, long sequencingEventId)
    {
        operations.AddUpdate(update, messageId, sequencingEventId);
        jobs.Add(update);
    }

    private void Apply(WorkflowCommand command)
    {
        switch (command)
        {
            case SetPatchMarker patch:
                SetPatch(patch);
                break;
            case RejectUpdate reject:
                rejections.Add(operations.Update(reject.ProtocolInstanceId).Reject(reject.Failure));
                break;
            case ScheduleLocalActivity local:
                operations.AddLocal(local, now);
                break;
            default:
                operations.Apply(command);
                break;
        }
    }

    private void SetPatch(SetPatchMarker patch)
    {
        var recorded = patches.IsKnown(patch.PatchId);
        if (IsReplaying && !recorded && patch.Deprecated)
        {
            // Code that deprecates a patch must also replay histories from before the patch.
            return;
        }
        _ = new PatchMachine(this, patch);
        if (IsReplaying ? recorded && flags.UpsertOnPatch : true)
        {
            if (patches.MakeUpsert(patch.PatchId) is { } upsert)
            {
                _ = new SingleCommandMachine(this, upsert);
            }
        }
        patches.Learn(patch.PatchId);
    }
}
