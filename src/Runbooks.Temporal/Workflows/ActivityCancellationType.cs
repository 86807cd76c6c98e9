namespace Runbooks.Temporal.Workflows;

/// <summary>How a workflow waits for an activity it cancels. Numbers are those of the official package.</summary>
public enum ActivityCancellationType
{
    /// <summary>Ask for cancellation and report it at once.</summary>
    TryCancel = 0,

    /// <summary>Ask for cancellation and wait for the activity's answer.</summary>
    WaitCancellationCompleted = 1,

    /// <summary>Report cancellation at once and let the activity run.</summary>
    Abandon = 2,
}
