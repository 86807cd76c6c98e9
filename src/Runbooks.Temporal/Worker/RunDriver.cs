using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker.Core;
using Runbooks.Temporal.Worker.Language;
using Runbooks.Temporal.Workflows;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Runbooks.Temporal.Worker;

/// <summary>
/// Carries activations from the core to the language layer and commands back, with the codec between and the deadlock
/// detector around. Knows nothing of the server, so the replayer uses it as well.
/// </summary>
internal sealed class RunDriver(
    IReadOnlyDictionary<string, WorkflowDefinition> workflows,
    WorkflowDefinition? dynamicWorkflow,
    WorkflowInstanceOptions options,
    bool detectsDeadlocks)
{
    /// <summary>Longest time workflow code may compute without waiting. Source: the official default.</summary>
    private static readonly TimeSpan DeadlockTimeout = TimeSpan.FromSeconds(2);

    private readonly ActivationCodec? codec =
        options.DataConverter.PayloadCodec is { } c ? new(c) : null;

    /// <summary>Makes activations until the core has none left.</summary>
    internal async Task DriveAsync(CachedRun run)
    {
        try
        {
            while (run.Machine.NextActivation() is { } activation)
            {
                var completion = await ActivateAsync(run, activation).ConfigureAwait(false);
                run.Machine.Apply(completion.Commands);
            }
        }
        catch (WorkflowNondeterminismException e)
        {
            throw new TaskFailedException(ToFailure(e), WorkflowTaskFailedCause.NonDeterministicError);
        }
    }

    /// <summary>Asks queries of a run that has been driven.</summary>
    internal async Task<IReadOnlyList<QueryAnswer>> QueryAsync(CachedRun run, IReadOnlyList<AnswerQuery> queries)
    {
        var completion = await ActivateAsync(run, run.Machine.QueryActivation(queries)).ConfigureAwait(false);
        return completion.Commands.Cast<QueryAnswer>().ToArray();
    }

    internal Failure ToFailure(Exception e) =>
        options.DataConverter.FailureConverter.ToFailure(e, options.DataConverter.PayloadConverter);

    private async Task<WorkflowCompletion> ActivateAsync(CachedRun run, WorkflowActivation activation)
    {
        if (codec is not null)
        {
            activation = await codec.DecodeAsync(activation).ConfigureAwait(false);
        }
        run.Instance ??= Create(run, activation);
        var completion = await RunAsync(run.Instance, activation).ConfigureAwait(false);
        if (codec is not null)
        {
            completion = await codec.EncodeAsync(completion).ConfigureAwait(false);
        }
        return completion.TaskFailure is null
            ? completion
            : throw new TaskFailedException(completion.TaskFailure, completion.Nondeterminism
                ? WorkflowTaskFailedCause.NonDeterministicError
                : WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure);
    }

    private async Task<WorkflowCompletion> RunAsync(WorkflowInstance instance, WorkflowActivation activation)
    {
        var running = Task.Run(() => instance.Activate(activation));
        if (!detectsDeadlocks)
        {
            return await running.ConfigureAwait(false);
        }
        try
        {
            return await running.WaitAsync(DeadlockTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The thread stays with the code until it yields; the run is evicted and never used again.
            return WorkflowCompletion.Failed(new()
            {
                Message = "[TMPRL1101] Potential deadlock detected: workflow didn't yield within " +
                    $"{DeadlockTimeout.TotalSeconds} second(s)",
                ApplicationFailureInfo = new() { Type = "PotentialDeadlock" },
            });
        }
    }

    private WorkflowInstance Create(CachedRun run, WorkflowActivation activation)
    {
        var init = activation.Jobs.OfType<InitializeWorkflow>().FirstOrDefault()
            ?? throw new InvalidOperationException($"Run {run.RunId} does not begin with its start");
        var name = init.Started.WorkflowType.Name;
        if (!workflows.TryGetValue(name, out var definition) && (definition = dynamicWorkflow) is null)
        {
            throw new TaskFailedException(
                ToFailure(new ApplicationFailureException(
                    $"Workflow type {name} is not registered on this worker, available workflows: " +
                    $"[{string.Join(", ", workflows.Keys.Order(StringComparer.Ordinal))}]", "NotFoundError")),
                WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure);
        }
        var info = WorkflowInfoFactory.Make(init, run.RunId, activation.Timestamp, options);
        run.TaskTimeout = info.TaskTimeout > TimeSpan.Zero ? info.TaskTimeout : run.TaskTimeout;
        return new(
            definition, info, init.Started.Input, options, init.Started.Memo, init.Started.SearchAttributes);
    }
}
