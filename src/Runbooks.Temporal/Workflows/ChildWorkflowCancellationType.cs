namespace Runbooks.Temporal.Workflows;

/// <summary>How a workflow waits for a child it cancels. Numbers are those of the official package.</summary>
public enum ChildWorkflowCancellationType
{
    /// <summary>Report cancellation at once and let the child run.</summary>
    Abandon = 0,

    /// <summary>Ask for cancellation and report it at once.</summary>
    TryCancel = 1,

    /// <summary>Ask for cancellation and wait until the child ends.</summary>
    WaitCancellationCompleted = 2,

    /// <summary>Ask for cancellation and wait until the request is delivered.</summary>
    WaitCancellationRequested = 3,
}
