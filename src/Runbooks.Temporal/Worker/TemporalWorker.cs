using System.Reflection;
using Microsoft.Extensions.Logging;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Client.Interceptors;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker.Interceptors;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Temporal.Worker;

/// <summary>
/// Serves the workflows and activities of one task queue until it is told to stop.
/// <para>
/// Stopping: polls end first (the server is asked to end them, so that no task is lost on the way), then activities get
/// the grace period and are cancelled, then workflow tasks in work are answered.
/// </para>
/// </summary>
public class TemporalWorker : IDisposable
{
    /// <summary>How long the server may take to end polls after ShutdownWorker, before they are cut off.</summary>
    private static readonly TimeSpan PollEndTimeout = TimeSpan.FromSeconds(2);

    private readonly WorkerContext context;
    private readonly WorkflowWorker? workflows;
    private readonly ActivityWorker? activities;
    private int started;

    /// <summary>Prepares a worker. Throws when its options contradict each other.</summary>
    /// <param name="client">Client; its namespace, converter and worker interceptors are used.</param>
    /// <param name="options">Options; copied.</param>
    public TemporalWorker(ITemporalClient client, TemporalWorkerOptions options)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        Client = client;
        Options = (TemporalWorkerOptions)options.Clone();
        if (string.IsNullOrEmpty(Options.TaskQueue))
        {
            throw new ArgumentException("TaskQueue must be set", nameof(options));
        }
        if (Options.Workflows.Count == 0 && Options.Activities.Count == 0)
        {
            throw new ArgumentException("At least one workflow or activity is needed", nameof(options));
        }
        var fromClient = client.Options.Interceptors?.OfType<IWorkerInterceptor>() ?? [];
        context = new(
            client,
            Options,
            Options.TaskQueue,
            Options.Identity ?? client.Connection.Options.Identity ?? $"{Environment.ProcessId}@{Environment.MachineName}",
            Guid.NewGuid().ToString("N"),
            Options.BuildId ?? DefaultBuildId(),
            [.. fromClient, .. Options.Interceptors ?? []],
            Options.LoggerFactory ?? client.Options.LoggerFactory);
        var table = new ActivityTable(Options.Activities);
        workflows = Options.Workflows.Count == 0
            ? null
            : new(context, new LocalActivityExecutor(context, table));
        activities = Options.Activities.Count == 0 || Options.LocalActivityWorkerOnly ? null : new(context, table);
    }

    /// <summary>Options in force.</summary>
    public TemporalWorkerOptions Options { get; }

    /// <summary>Client in use.</summary>
    public ITemporalClient Client { get; }

    internal int CachedWorkflows => workflows?.Cache.Count ?? 0;

    /// <summary>Releases what the worker holds. Stop it first.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Serves until cancelled. Ends with <see cref="OperationCanceledException"/> then.</summary>
    /// <param name="stoppingToken">Stops the worker gracefully.</param>
    /// <returns>Never normally.</returns>
    public Task ExecuteAsync(CancellationToken stoppingToken) =>
        ExecuteInternalAsync<ValueTuple>(null, stoppingToken);

    /// <summary>Serves until a task completes or the token is cancelled.</summary>
    /// <param name="untilComplete">Work during which to serve.</param>
    /// <param name="stoppingToken">Stops the worker gracefully.</param>
    /// <returns>When the work and the worker have ended. Throws what the work threw.</returns>
    public Task ExecuteAsync(Func<Task> untilComplete, CancellationToken stoppingToken = default) =>
        ExecuteInternalAsync<ValueTuple>(
            async () =>
            {
                await untilComplete().ConfigureAwait(false);
                return default;
            },
            stoppingToken);

    /// <summary>Serves until a task completes or the token is cancelled.</summary>
    /// <typeparam name="TResult">Result of the work.</typeparam>
    /// <param name="untilComplete">Work during which to serve.</param>
    /// <param name="stoppingToken">Stops the worker gracefully.</param>
    /// <returns>The result of the work.</returns>
    public Task<TResult> ExecuteAsync<TResult>(
        Func<Task<TResult>> untilComplete, CancellationToken stoppingToken = default) =>
        ExecuteInternalAsync(untilComplete, stoppingToken);

    /// <summary>Releases what the worker holds.</summary>
    /// <param name="disposing">False from a finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            activities?.Dispose();
            workflows?.Dispose();
        }
    }

    private async Task<TResult> ExecuteInternalAsync<TResult>(
        Func<Task<TResult>>? untilComplete, CancellationToken stoppingToken)
    {
        if (Interlocked.Exchange(ref started, 1) == 1)
        {
            throw new InvalidOperationException("A worker can be executed once");
        }
        stoppingToken.ThrowIfCancellationRequested();
        // Fails early, with the server's own words, when the namespace does not exist.
        var description = await context.Service.DescribeNamespaceAsync(
            new() { Namespace = context.Namespace }, new() { Retry = true, CancellationToken = stoppingToken })
            .ConfigureAwait(false);
        var endsPolls = description.NamespaceInfo?.Capabilities?.WorkerPollCompleteOnShutdown == true;
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        using var abandon = new CancellationTokenSource();
        var pollers = (workflows?.StartPollers(stopping.Token, abandon.Token) ?? [])
            .Concat(activities?.StartPollers(stopping.Token, abandon.Token) ?? []).ToArray();
        var fatal = Task.WhenAny(pollers.Select(FailureOfAsync));
        var stopped = Task.Delay(Timeout.Infinite, stopping.Token);
        var work = untilComplete is null ? null : Task.Run(untilComplete, CancellationToken.None);
        await Task.WhenAny(work is null ? [fatal, stopped] : [fatal, stopped, work]).ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await StopAsync(pollers, abandon, endsPolls).ConfigureAwait(false);
        if (work is { IsCompleted: true })
        {
            return await work.ConfigureAwait(false);
        }
        foreach (var poller in pollers)
        {
            // A fatal poll error is the reason to report; all other pollers ended quietly.
            await poller.ConfigureAwait(false);
        }
        throw new OperationCanceledException("Worker was told to stop", stoppingToken);
    }

    /// <summary>Completes only when the poller ends with an error.</summary>
    private static async Task FailureOfAsync(Task poller)
    {
        await poller.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!poller.IsFaulted)
        {
            await Task.Delay(Timeout.Infinite).ConfigureAwait(false);
        }
    }

    private async Task StopAsync(Task[] pollers, CancellationTokenSource abandon, bool endsPolls)
    {
        var ended = Task.WhenAll(pollers);
        try
        {
            await context.Service.ShutdownWorkerAsync(new()
            {
                Namespace = context.Namespace,
                Identity = context.Identity,
                WorkerInstanceKey = context.InstanceKey,
                StickyTaskQueue = context.IsSticky ? context.StickyQueue : string.Empty,
                TaskQueue = context.TaskQueue,
                TaskQueueTypes = { TaskQueueType.Workflow, TaskQueueType.Activity },
                Reason = "graceful shutdown",
            }).ConfigureAwait(false);
            if (endsPolls)
            {
                await Task.WhenAny(ended, Task.Delay(PollEndTimeout)).ConfigureAwait(false);
            }
        }
        catch (RpcException e)
        {
            // A courtesy: without it the server moves this worker's runs to others after ten seconds.
            context.Logger.LogDebug("Shutdown not announced: {Message}", e.Message);
        }
        await abandon.CancelAsync().ConfigureAwait(false);
        await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (activities is not null)
        {
            await activities.DrainAsync(Options.GracefulShutdownTimeout).ConfigureAwait(false);
        }
        if (workflows is not null)
        {
            await workflows.DrainAsync().ConfigureAwait(false);
        }
    }

    private static string DefaultBuildId() =>
        Assembly.GetEntryAssembly()?.ManifestModule.ModuleVersionId.ToString("N") ?? "unknown";
}
