using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>
/// What the core tells the language layer: one step of one run. All jobs are applied before any workflow code runs.
/// Jobs come in the order of <see cref="ActivationJob.Order"/>, history order within.
/// </summary>
internal sealed record WorkflowActivation(
    string RunId,
    DateTime Timestamp,
    bool IsReplaying,
    int HistoryLength,
    long HistorySize,
    bool ContinueAsNewSuggested,
    IReadOnlyList<ActivationJob> Jobs);

/// <summary>One fact to apply.</summary>
internal abstract record ActivationJob(int Order);

/// <summary>The run begins.</summary>
internal sealed record InitializeWorkflow(WorkflowExecutionStartedEventAttributes Started, DateTime StartTime)
    : ActivationJob(0);

/// <summary>A patch marker of this or an earlier task exists.</summary>
internal sealed record NotifyHasPatch(string PatchId) : ActivationJob(1);

/// <summary>The run was reset: random numbers start anew.</summary>
internal sealed record UpdateRandomSeed(string SeedId) : ActivationJob(2);

/// <summary>A signal arrived.</summary>
internal sealed record SignalWorkflow(WorkflowExecutionSignaledEventAttributes Signal) : ActivationJob(3);

/// <summary>Cancellation of the run was asked for.</summary>
internal sealed record CancelWorkflow(string Reason) : ActivationJob(3);

/// <summary>An update arrived; accepted ones of the past are not validated again.</summary>
internal sealed record DoUpdate(
    string ProtocolInstanceId, Temporalio.Api.Update.V1.Request Request, bool RunValidator) : ActivationJob(3);

/// <summary>A timer fired.</summary>
internal sealed record FireTimer(uint Seq) : ActivationJob(4);

/// <summary>An activity, regular or local, ended.</summary>
internal sealed record ResolveActivity(uint Seq, bool IsLocal, Outcome Outcome, LocalBackoff? Backoff = null)
    : ActivationJob(IsLocal ? 5 : 4);

/// <summary>A child started or could not.</summary>
internal sealed record ResolveChildStart(uint Seq, string? RunId, Failure? Failure, bool AlreadyExists)
    : ActivationJob(4);

/// <summary>A child ended.</summary>
internal sealed record ResolveChild(uint Seq, Outcome Outcome) : ActivationJob(4);

/// <summary>A signal to another workflow was delivered, or not.</summary>
internal sealed record ResolveExternalSignal(uint Seq, Failure? Failure) : ActivationJob(4);

/// <summary>A cancel request to another workflow was delivered, or not.</summary>
internal sealed record ResolveExternalCancel(uint Seq, Failure? Failure) : ActivationJob(4);

/// <summary>A query to answer; always in an activation of its own.</summary>
internal sealed record AnswerQuery(string Id, Temporalio.Api.Query.V1.WorkflowQuery Query) : ActivationJob(6);

/// <summary>
/// How an operation ended: a result or a failure; <see cref="Canceled"/> marks a failure by cancellation.
/// </summary>
internal sealed record Outcome(Payload? Result, Failure? Failure, bool Canceled)
{
    internal static Outcome Completed(Payloads? result) =>
        new(result is { Payloads_.Count: > 0 } ? result.Payloads_[0] : null, null, false);

    internal static Outcome Failed(Failure failure) => new(null, failure, false);

    internal static Outcome Cancelled(Failure failure) => new(null, failure, true);
}

/// <summary>A local activity wants to wait longer than one task may: a durable timer takes over.</summary>
internal sealed record LocalBackoff(int Attempt, TimeSpan Delay, DateTime OriginalScheduleTime);
