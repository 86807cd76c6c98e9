using Microsoft.Extensions.Logging;
using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Worker.Interceptors;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Worker;

/// <summary>What a worker serves and how much at once.</summary>
public class TemporalWorkerOptions : ICloneable
{
    /// <summary>Options without a task queue, which must be set before use.</summary>
    public TemporalWorkerOptions()
    {
    }

    /// <summary>Options for a task queue.</summary>
    /// <param name="taskQueue">Task queue.</param>
    public TemporalWorkerOptions(string taskQueue) => TaskQueue = taskQueue;

    /// <summary>Task queue. Required.</summary>
    public string? TaskQueue { get; set; }

    /// <summary>Activities served.</summary>
    public IList<ActivityDefinition> Activities { get; private set; } = [];

    /// <summary>Workflows served.</summary>
    public IList<WorkflowDefinition> Workflows { get; private set; } = [];

    /// <summary>Interceptors, first outermost; those of the client that are worker interceptors come before.</summary>
    public IReadOnlyCollection<IWorkerInterceptor>? Interceptors { get; set; }

    /// <summary>Build id reported to the server. Default: null, the entry assembly's module version.</summary>
    public string? BuildId { get; set; }

    /// <summary>Identity reported to the server. Default: null, the client's.</summary>
    public string? Identity { get; set; }

    /// <summary>Runs kept in memory between tasks. Default 10,000; 0 replays every task from its history.</summary>
    public int MaxCachedWorkflows { get; set; } = 10_000;

    /// <summary>Workflow tasks at once, at least 1.</summary>
    public int MaxConcurrentWorkflowTasks { get; set; } = 100;

    /// <summary>Activities at once, at least 1.</summary>
    public int MaxConcurrentActivities { get; set; } = 100;

    /// <summary>Local activities at once, at least 1.</summary>
    public int MaxConcurrentLocalActivities { get; set; } = 100;

    /// <summary>Open workflow task polls, sticky and normal together; at least 1, 2 when runs are cached.</summary>
    public int MaxConcurrentWorkflowTaskPolls { get; set; } = 5;

    /// <summary>Open activity task polls, at least 1.</summary>
    public int MaxConcurrentActivityTaskPolls { get; set; } = 5;

    /// <summary>Share of workflow polls on the normal queue; at least one poll stays on either.</summary>
    public float NonStickyToStickyPollRatio { get; set; } = 0.2f;

    /// <summary>Serve local activities only.</summary>
    public bool LocalActivityWorkerOnly { get; set; }

    /// <summary>How long a task waits for this worker before the normal queue gets it.</summary>
    public TimeSpan StickyQueueScheduleToStartTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time between sent heartbeats.</summary>
    public TimeSpan MaxHeartbeatThrottleInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Time between sent heartbeats without a heartbeat timeout.</summary>
    public TimeSpan DefaultHeartbeatThrottleInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Activities per second of this worker. Default: null, no limit.</summary>
    public double? MaxActivitiesPerSecond { get; set; }

    /// <summary>Activities per second of the whole task queue. Default: null, no limit.</summary>
    public double? MaxTaskQueueActivitiesPerSecond { get; set; }

    /// <summary>Time activities get between the stop of the worker and their cancellation. Default 0.</summary>
    public TimeSpan GracefulShutdownTimeout { get; set; } = TimeSpan.Zero;

    /// <summary>Exceptions that fail workflows instead of tasks, for all workflows.</summary>
    public IReadOnlyCollection<Type>? WorkflowFailureExceptionTypes { get; set; }

    /// <summary>Switches the deadlock detector off. Default: off when a debugger is attached.</summary>
    public bool DebugMode { get; set; } = System.Diagnostics.Debugger.IsAttached;

    /// <summary>Logger factory. Default: null, the client's.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Adds an activity by a marked delegate.</summary>
    /// <param name="del">Delegate.</param>
    /// <returns>This.</returns>
    public TemporalWorkerOptions AddActivity(Delegate del) => AddActivity(ActivityDefinition.Create(del));

    /// <summary>Adds an activity.</summary>
    /// <param name="definition">Definition.</param>
    /// <returns>This.</returns>
    public TemporalWorkerOptions AddActivity(ActivityDefinition definition)
    {
        Activities.Add(definition);
        return this;
    }

    /// <summary>Adds every activity of a class.</summary>
    /// <typeparam name="T">Class.</typeparam>
    /// <param name="instance">Object for instance methods; null allows static ones only.</param>
    /// <returns>This.</returns>
    public TemporalWorkerOptions AddAllActivities<T>(T? instance) => AddAllActivities(typeof(T), instance);

    /// <summary>Adds every activity of a class.</summary>
    /// <param name="type">Class.</param>
    /// <param name="instance">Object for instance methods; null allows static ones only.</param>
    /// <returns>This.</returns>
    public TemporalWorkerOptions AddAllActivities(Type type, object? instance)
    {
        foreach (var definition in ActivityDefinition.CreateAll(type, instance))
        {
            Activities.Add(definition);
        }
        return this;
    }

    /// <summary>Adds a workflow class.</summary>
    /// <typeparam name="T">Workflow class.</typeparam>
    /// <returns>This.</returns>
    public TemporalWorkerOptions AddWorkflow<T>() => AddWorkflow(typeof(T));

    /// <summary>Adds a workflow class.</summary>
    /// <param name="type">Workflow class.</param>
    /// <returns>This.</returns>
    public TemporalWorkerOptions AddWorkflow(Type type) => AddWorkflow(WorkflowDefinition.Create(type));

    /// <summary>Adds a workflow.</summary>
    /// <param name="definition">Definition.</param>
    /// <returns>This.</returns>
    public TemporalWorkerOptions AddWorkflow(WorkflowDefinition definition)
    {
        Workflows.Add(definition);
        return this;
    }

    /// <summary>Copy with lists of its own.</summary>
    /// <returns>The copy.</returns>
    public virtual object Clone()
    {
        var copy = (TemporalWorkerOptions)MemberwiseClone();
        copy.Activities = [.. Activities];
        copy.Workflows = [.. Workflows];
        return copy;
    }
}
