using Microsoft.Extensions.Logging;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Worker.Interceptors;

namespace Runbooks.Temporal.Worker;

/// <summary>What the rooms of one worker share.</summary>
internal sealed record WorkerContext(
    ITemporalClient Client,
    TemporalWorkerOptions Options,
    string TaskQueue,
    string Identity,
    string InstanceKey,
    string BuildId,
    IReadOnlyList<IWorkerInterceptor> Interceptors,
    ILoggerFactory LoggerFactory)
{
    internal WorkflowService Service => Client.Connection.WorkflowService;

    internal string Namespace => Client.Options.Namespace;

    internal DataConverter DataConverter => Client.Options.DataConverter;

    internal ILogger Logger { get; } = LoggerFactory.CreateLogger("Temporalio.Worker");

    /// <summary>Queue on which the server sends tasks of runs this worker holds in memory.</summary>
    internal string StickyQueue { get; } = $"{Identity}-{InstanceKey}";

    internal bool IsSticky => Options.MaxCachedWorkflows > 0;
}
