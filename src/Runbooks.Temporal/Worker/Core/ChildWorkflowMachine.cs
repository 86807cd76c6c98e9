using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>
/// A child workflow: started in two steps (initiated by the parent, then really started), ended once. Cancellation is a
/// cancel request to another workflow with the child as its target, so it has command and events of its own.
/// </summary>
internal sealed class ChildWorkflowMachine : CommandMachine
{
    internal enum State
    {
        Issued,
        Initiated,
        Started,
        Abandoned,
        Closed,
    }

    internal enum Input
    {
        Initiated,
        Started,
        StartFailed,
        CancelUnsent,
        CancelAbandoning,
        Ended,
    }

    internal static readonly TransitionTable<State, Input> Table = new(
        "ChildWorkflow",
        (State.Issued, Input.Initiated, State.Initiated),
        (State.Issued, Input.CancelUnsent, State.Closed),
        (State.Initiated, Input.Started, State.Started),
        (State.Initiated, Input.StartFailed, State.Closed),
        (State.Initiated, Input.CancelAbandoning, State.Abandoned),
        (State.Started, Input.Ended, State.Closed),
        (State.Started, Input.CancelAbandoning, State.Abandoned),
        (State.Abandoned, Input.Started, State.Abandoned),
        (State.Abandoned, Input.StartFailed, State.Abandoned),
        (State.Abandoned, Input.Ended, State.Abandoned));

    private readonly StartChild command;
    private readonly OutgoingCommand start;
    private State state = State.Issued;
    private OutgoingCommand? cancel;
    private long initiatedEventId;
    private long startedEventId;
    private string runId = string.Empty;

    internal ChildWorkflowMachine(IMachineHost host, StartChild command)
        : base(host)
    {
        this.command = command;
        start = host.Issue(new(this, new Command
        {
            CommandType = CommandType.StartChildWorkflowExecution,
            UserMetadata = command.Metadata,
            StartChildWorkflowExecutionCommandAttributes = command.Attributes,
        }));
    }

    internal void Cancel(string reason)
    {
        if (state == State.Issued)
        {
            Step(Input.CancelUnsent);
            start.Withdrawn = true;
            Host.AddJob(new ResolveChildStart(
                command.Seq, null, Canceled("Child Workflow execution cancelled before scheduled"), false));
            return;
        }
        if (state is not (State.Initiated or State.Started) || cancel is not null)
        {
            return;
        }
        if (command.CancellationType != ChildWorkflowCancellationType.Abandon)
        {
            IssueCancel(reason);
        }
        if (command.CancellationType is ChildWorkflowCancellationType.Abandon
            or ChildWorkflowCancellationType.TryCancel)
        {
            ResolveAbandoned();
        }
    }

    internal override bool Records(HistoryEvent e, OutgoingCommand outgoing) =>
        e.EventType == (outgoing == start
            ? EventType.StartChildWorkflowExecutionInitiated
            : EventType.RequestCancelExternalWorkflowExecutionInitiated);

    internal override void OnRecorded(HistoryEvent e, OutgoingCommand outgoing)
    {
        Host.Route(e.EventId, this);
        if (outgoing != start)
        {
            return;
        }
        var a = e.StartChildWorkflowExecutionInitiatedEventAttributes;
        if (Host.ChecksIdAndType)
        {
            Identity.Require("Child workflow id", a.WorkflowId, command.Attributes.WorkflowId, e);
            Identity.Require(
                "Child workflow type", a.WorkflowType.Name, command.Attributes.WorkflowType.Name, e);
        }
        Step(Input.Initiated);
        initiatedEventId = e.EventId;
    }

    internal override void OnEvent(HistoryEvent e)
    {
        switch (e.EventType)
        {
            case EventType.ChildWorkflowExecutionStarted:
                OnStarted(e);
                break;
            case EventType.StartChildWorkflowExecutionFailed:
                OnStartFailed(e.StartChildWorkflowExecutionFailedEventAttributes);
                break;
            case EventType.ExternalWorkflowExecutionCancelRequested:
                if (state == State.Started &&
                    command.CancellationType == ChildWorkflowCancellationType.WaitCancellationRequested)
                {
                    ResolveAbandoned();
                }
                break;
            case EventType.RequestCancelExternalWorkflowExecutionFailed:
                // The child ended in the meantime; its own closing event follows.
                break;
            default:
                OnEnded(e);
                break;
        }
    }

    private void OnStarted(HistoryEvent e)
    {
        var silent = state == State.Abandoned;
        Step(Input.Started);
        startedEventId = e.EventId;
        runId = e.ChildWorkflowExecutionStartedEventAttributes.WorkflowExecution.RunId;
        if (!silent)
        {
            Host.AddJob(new ResolveChildStart(command.Seq, runId, null, false));
        }
    }

    private void OnStartFailed(StartChildWorkflowExecutionFailedEventAttributes a)
    {
        var silent = state == State.Abandoned;
        Step(Input.StartFailed);
        if (!silent)
        {
            var failure = new Failure
            {
                Message = $"Child Workflow execution could not start: {a.Cause}",
                ServerFailureInfo = new() { NonRetryable = true },
            };
            Host.AddJob(new ResolveChildStart(
                command.Seq, null, failure, a.Cause == StartChildWorkflowExecutionFailedCause.WorkflowAlreadyExists));
        }
    }

    private void OnEnded(HistoryEvent e)
    {
        var silent = state == State.Abandoned;
        Step(Input.Ended);
        if (silent)
        {
            return;
        }
        var outcome = e.EventType switch
        {
            EventType.ChildWorkflowExecutionCompleted =>
                Outcome.Completed(e.ChildWorkflowExecutionCompletedEventAttributes.Result),
            EventType.ChildWorkflowExecutionFailed => Outcome.Failed(Wrap(
                "Child Workflow execution failed",
                e.ChildWorkflowExecutionFailedEventAttributes.Failure,
                e.ChildWorkflowExecutionFailedEventAttributes.RetryState)),
            EventType.ChildWorkflowExecutionTimedOut => Outcome.Failed(Wrap(
                "Child Workflow execution timed out",
                new() { Message = "Timed out", TimeoutFailureInfo = new() { TimeoutType = TimeoutType.StartToClose } },
                e.ChildWorkflowExecutionTimedOutEventAttributes.RetryState)),
            EventType.ChildWorkflowExecutionTerminated => Outcome.Failed(Wrap(
                "Child Workflow execution terminated",
                new() { Message = "Terminated", TerminatedFailureInfo = new() },
                RetryState.NonRetryableFailure)),
            EventType.ChildWorkflowExecutionCanceled => Outcome.Cancelled(
                Canceled("Child Workflow execution cancelled",
                    e.ChildWorkflowExecutionCanceledEventAttributes.Details)),
            _ => throw Nondeterminism.Error($"Child workflow machine cannot take {Nondeterminism.Describe(e)}"),
        };
        Host.AddJob(new ResolveChild(command.Seq, outcome));
    }

    private void IssueCancel(string reason) => cancel = Host.Issue(new(this, new Command
    {
        CommandType = CommandType.RequestCancelExternalWorkflowExecution,
        RequestCancelExternalWorkflowExecutionCommandAttributes = new()
        {
            WorkflowId = command.Attributes.WorkflowId,
            RunId = runId,
            ChildWorkflowOnly = true,
            Reason = reason,
        },
    }));

    private void ResolveAbandoned()
    {
        var waitsForStart = state == State.Initiated;
        Step(Input.CancelAbandoning);
        var failure = Canceled("Child Workflow execution cancelled");
        Host.AddJob(waitsForStart
            ? new ResolveChildStart(command.Seq, null, failure, false)
            : new ResolveChild(command.Seq, Outcome.Cancelled(failure)));
    }

    private Failure Canceled(string message, Payloads? details = null) => Wrap(
        message,
        new() { Message = message, CanceledFailureInfo = new() { Details = details } },
        RetryState.NonRetryableFailure);

    private Failure Wrap(string message, Failure? cause, RetryState retryState) => new()
    {
        Message = message,
        Cause = cause,
        ChildWorkflowExecutionFailureInfo = new()
        {
            Namespace = command.Namespace,
            WorkflowExecution = new() { WorkflowId = command.Attributes.WorkflowId, RunId = runId },
            WorkflowType = command.Attributes.WorkflowType,
            InitiatedEventId = initiatedEventId,
            StartedEventId = startedEventId,
            RetryState = retryState,
        },
    };

    private void Step(Input input) =>
        state = Table.Next(state, input, $"child workflow {command.Attributes.WorkflowId}");
}
