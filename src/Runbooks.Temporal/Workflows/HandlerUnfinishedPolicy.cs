namespace Runbooks.Temporal.Workflows;

/// <summary>What a worker does when a workflow ends while a handler still runs.</summary>
public enum HandlerUnfinishedPolicy
{
    /// <summary>Log a warning and drop the handler.</summary>
    WarnAndAbandon,

    /// <summary>Drop the handler silently.</summary>
    Abandon,
}
