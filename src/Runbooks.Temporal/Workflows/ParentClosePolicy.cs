namespace Runbooks.Temporal.Workflows;

/// <summary>What the server does with a child when its parent closes.</summary>
public enum ParentClosePolicy
{
    /// <summary>Server default, terminate.</summary>
    None = 0,

    /// <summary>Terminate the child.</summary>
    Terminate = 1,

    /// <summary>Let the child run.</summary>
    Abandon = 2,

    /// <summary>Ask the child to cancel.</summary>
    RequestCancel = 3,
}
