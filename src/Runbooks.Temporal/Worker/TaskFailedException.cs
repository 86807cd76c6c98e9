using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Runbooks.Temporal.Worker;

/// <summary>A workflow task cannot be completed; the server is told why and gives it out again.</summary>
internal sealed class TaskFailedException(Failure failure, WorkflowTaskFailedCause cause) : Exception(failure.Message)
{
    internal Failure Failure { get; } = failure;

    internal WorkflowTaskFailedCause Cause { get; } = cause;
}
