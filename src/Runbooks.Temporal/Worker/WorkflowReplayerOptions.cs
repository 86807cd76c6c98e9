using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Worker.Interceptors;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Worker;

/// <summary>What a replayer needs of a worker; no server is involved.</summary>
public class WorkflowReplayerOptions : ICloneable
{
    /// <summary>Workflows whose histories are replayed.</summary>
    public IList<WorkflowDefinition> Workflows { get; private set; } = [];

    /// <summary>Namespace that workflow code sees.</summary>
    public string Namespace { get; set; } = "ReplayNamespace";

    /// <summary>Task queue that workflow code sees when its history names none.</summary>
    public string TaskQueue { get; set; } = "ReplayTaskQueue";

    /// <summary>Converter the histories were written with.</summary>
    public DataConverter DataConverter { get; set; } = DataConverter.Default;

    /// <summary>Interceptors the histories were written with.</summary>
    public IReadOnlyCollection<IWorkerInterceptor>? Interceptors { get; set; }

    /// <summary>Exceptions that fail workflows instead of tasks.</summary>
    public IReadOnlyCollection<Type>? WorkflowFailureExceptionTypes { get; set; }

    /// <summary>Switches the deadlock detector off.</summary>
    public bool DebugMode { get; set; } = System.Diagnostics.Debugger.IsAttached;

    /// <summary>Logger factory; workflow loggers are silent on replay.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Adds a workflow class.</summary>
    /// <typeparam name="T">Workflow class.</typeparam>
    /// <returns>This.</returns>
    public WorkflowReplayerOptions AddWorkflow<T>() => AddWorkflow(typeof(T));

    /// <summary>Adds a workflow class.</summary>
    /// <param name="type">Workflow class.</param>
    /// <returns>This.</returns>
    public WorkflowReplayerOptions AddWorkflow(Type type)
    {
        Workflows.Add(WorkflowDefinition.Create(type));
        return this;
    }

    /// <summary>Copy with a list of its own.</summary>
    /// <returns>The copy.</returns>
    public virtual object Clone()
    {
        var copy = (WorkflowReplayerOptions)MemberwiseClone();
        copy.Workflows = [.. Workflows];
        return copy;
    }
}
