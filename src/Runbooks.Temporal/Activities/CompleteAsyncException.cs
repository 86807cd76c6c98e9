namespace Runbooks.Temporal.Activities;

/// <summary>Thrown by an activity that will be completed later through an async activity handle.</summary>
public class CompleteAsyncException : Exception
{
    /// <summary>Creates the exception.</summary>
    public CompleteAsyncException()
        : base("Activity will be completed asynchronously")
    {
    }
}
