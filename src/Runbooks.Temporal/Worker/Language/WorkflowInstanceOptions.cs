using Microsoft.Extensions.Logging;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Worker.Core;
using Runbooks.Temporal.Worker.Interceptors;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Worker.Language;

/// <summary>What every instance of a worker shares.</summary>
internal sealed record WorkflowInstanceOptions(
    string Namespace,
    string TaskQueue,
    DataConverter DataConverter,
    IReadOnlyList<IWorkerInterceptor> Interceptors,
    IReadOnlyCollection<Type> FailureExceptionTypes,
    ILoggerFactory LoggerFactory);
