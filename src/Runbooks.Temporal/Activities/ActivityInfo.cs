using Temporalio.Api.Common.V1;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Converters;

namespace Runbooks.Temporal.Activities;

/// <summary>Facts about one activity attempt.</summary>
/// <param name="ActivityId">Activity id.</param>
/// <param name="ActivityType">Activity type.</param>
/// <param name="Attempt">Attempt, from 1.</param>
/// <param name="CurrentAttemptScheduledTime">Time this attempt was scheduled.</param>
/// <param name="DataConverter">Converter of the worker.</param>
/// <param name="HeartbeatDetails">Details of the last heartbeat of an earlier attempt, still encoded.</param>
/// <param name="HeartbeatTimeout">Longest silence between heartbeats; null without.</param>
/// <param name="IsLocal">True for a local activity.</param>
/// <param name="Priority">Priority.</param>
/// <param name="RetryPolicy">Retry policy in force; null when unknown.</param>
/// <param name="ScheduleToCloseTimeout">Time over all attempts; null without.</param>
/// <param name="ScheduledTime">Time of the first scheduling.</param>
/// <param name="StartToCloseTimeout">Time of one attempt; null without.</param>
/// <param name="StartedTime">Time this attempt started.</param>
/// <param name="TaskQueue">Task queue.</param>
/// <param name="TaskToken">Token of this attempt; empty for local activities.</param>
/// <param name="WorkflowId">Workflow id.</param>
/// <param name="WorkflowNamespace">Namespace.</param>
/// <param name="WorkflowRunId">Run id.</param>
/// <param name="WorkflowType">Workflow type.</param>
public record ActivityInfo(
    string ActivityId,
    string ActivityType,
    int Attempt,
    DateTime CurrentAttemptScheduledTime,
    DataConverter DataConverter,
    IReadOnlyCollection<Payload> HeartbeatDetails,
    TimeSpan? HeartbeatTimeout,
    bool IsLocal,
    Common.Priority Priority,
    Common.RetryPolicy? RetryPolicy,
    TimeSpan? ScheduleToCloseTimeout,
    DateTime ScheduledTime,
    TimeSpan? StartToCloseTimeout,
    DateTime StartedTime,
    string TaskQueue,
    byte[] TaskToken,
    string WorkflowId,
    string WorkflowNamespace,
    string WorkflowRunId,
    string WorkflowType)
{
    /// <summary>Reads one heartbeat detail of an earlier attempt.</summary>
    /// <typeparam name="T">Type of the detail.</typeparam>
    /// <param name="index">Index, below the count of <see cref="HeartbeatDetails"/>.</param>
    /// <returns>The detail, decoded.</returns>
    public Task<T> HeartbeatDetailAtAsync<T>(int index) =>
        DataConverter.ToValueAsync<T>(HeartbeatDetails.ElementAt(index));
}
