using Microsoft.Extensions.Logging;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Worker.Language;

/// <summary>Logger of a run: silent on replay, so that one event in history is one line in the log.</summary>
internal sealed class WorkflowLogger(ILogger inner, IWorkflowContext run) : ILogger
{
    private readonly Dictionary<string, object> scope = new()
    {
        ["Namespace"] = run.Info.Namespace,
        ["WorkflowId"] = run.Info.WorkflowId,
        ["RunId"] = run.Info.RunId,
        ["WorkflowType"] = run.Info.WorkflowType,
    };

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => !run.IsReplaying && inner.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }
        using (inner.BeginScope(scope))
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
