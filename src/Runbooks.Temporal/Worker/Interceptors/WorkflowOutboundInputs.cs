using Temporalio.Api.Common.V1;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Worker.Interceptors;

/// <summary>A cancel request for another workflow.</summary>
/// <param name="Id">Workflow id.</param>
/// <param name="RunId">Run id; null means the current run.</param>
public record CancelExternalWorkflowInput(string Id, string? RunId);

/// <summary>The next run of a chain.</summary>
/// <param name="Workflow">Workflow type; null means the same.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Changes.</param>
/// <param name="Headers">Headers.</param>
public record CreateContinueAsNewExceptionInput(
    string? Workflow,
    IReadOnlyCollection<object?> Args,
    ContinueAsNewOptions? Options,
    IDictionary<string, Payload>? Headers);

/// <summary>A timer.</summary>
/// <param name="Delay">Time to wait.</param>
/// <param name="CancellationToken">Token that cancels it.</param>
/// <param name="Summary">One line shown to operators.</param>
public record DelayAsyncInput(TimeSpan Delay, CancellationToken? CancellationToken, string? Summary = null);

/// <summary>An activity to schedule.</summary>
/// <param name="Activity">Activity type.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Options.</param>
/// <param name="Headers">Headers.</param>
public record ScheduleActivityInput(
    string Activity,
    IReadOnlyCollection<object?> Args,
    ActivityOptions Options,
    IDictionary<string, Payload>? Headers);

/// <summary>A local activity to schedule.</summary>
/// <param name="Activity">Activity type.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Options.</param>
/// <param name="Headers">Headers.</param>
public record ScheduleLocalActivityInput(
    string Activity,
    IReadOnlyCollection<object?> Args,
    LocalActivityOptions Options,
    IDictionary<string, Payload>? Headers);

/// <summary>A signal to a child.</summary>
/// <param name="Id">Child workflow id.</param>
/// <param name="Signal">Signal name.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Options.</param>
/// <param name="Headers">Headers.</param>
public record SignalChildWorkflowInput(
    string Id,
    string Signal,
    IReadOnlyCollection<object?> Args,
    ChildWorkflowSignalOptions? Options,
    IDictionary<string, Payload>? Headers);

/// <summary>A signal to another workflow.</summary>
/// <param name="Id">Workflow id.</param>
/// <param name="RunId">Run id; null means the current run.</param>
/// <param name="Signal">Signal name.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Options.</param>
/// <param name="Headers">Headers.</param>
public record SignalExternalWorkflowInput(
    string Id,
    string? RunId,
    string Signal,
    IReadOnlyCollection<object?> Args,
    ExternalWorkflowSignalOptions? Options,
    IDictionary<string, Payload>? Headers);

/// <summary>A child to start.</summary>
/// <param name="Workflow">Workflow type.</param>
/// <param name="Args">Arguments.</param>
/// <param name="Options">Options.</param>
/// <param name="Headers">Headers.</param>
public record StartChildWorkflowInput(
    string Workflow,
    IReadOnlyCollection<object?> Args,
    ChildWorkflowOptions Options,
    IDictionary<string, Payload>? Headers);
