using Runbooks.Engine.History;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Engine.Machines;

public enum StartVerdict
{
    Start,
    /// <summary>This very request started the current run already.</summary>
    SameRequest,
    UseExisting,
    TerminateAndStart,
    AlreadyExists,
    TooSoon,
}

/// <summary>
/// May a workflow id be started, given its current run?
/// <code>
///   current run                    policy                          verdict
///   none                                                           Start
///   started by this request id                                     SameRequest
///   open                           conflict FAIL (or none)         AlreadyExists
///   open                           conflict USE_EXISTING           UseExisting
///   open                           conflict TERMINATE_EXISTING     TerminateAndStart
///   closed                         ALLOW_DUPLICATE (or none)       Start
///   closed, completed              ALLOW_DUPLICATE_FAILED_ONLY     AlreadyExists
///   closed, otherwise              ALLOW_DUPLICATE_FAILED_ONLY     Start
///   closed                         REJECT_DUPLICATE                AlreadyExists
///   terminated anew within the minimum interval                    TooSoon
/// </code>
/// </summary>
public static class StartPolicy
{
    public static StartVerdict Decide(
        RunState? current, string requestId, WorkflowIdReusePolicy reuse, WorkflowIdConflictPolicy conflict,
        DateTimeOffset now, TimeSpan minimumInterval)
    {
        if (current is null)
        {
            return StartVerdict.Start;
        }

        if (requestId.Length > 0 && current.StartRequestId == requestId)
        {
            return StartVerdict.SameRequest;
        }

        if (current.IsOpen)
        {
#pragma warning disable CS0612 // The deprecated policy is still sent and means the newer one.
            var terminates = reuse == WorkflowIdReusePolicy.TerminateIfRunning
                || conflict == WorkflowIdConflictPolicy.TerminateExisting;
#pragma warning restore CS0612
            if (terminates)
            {
                return now - current.StartTime < minimumInterval ? StartVerdict.TooSoon : StartVerdict.TerminateAndStart;
            }

            return conflict == WorkflowIdConflictPolicy.UseExisting
                ? StartVerdict.UseExisting : StartVerdict.AlreadyExists;
        }

        return reuse switch
        {
            WorkflowIdReusePolicy.RejectDuplicate => StartVerdict.AlreadyExists,
            WorkflowIdReusePolicy.AllowDuplicateFailedOnly when current.Status is WorkflowExecutionStatus.Completed
                or WorkflowExecutionStatus.ContinuedAsNew => StartVerdict.AlreadyExists,
            _ => StartVerdict.Start,
        };
    }
}
