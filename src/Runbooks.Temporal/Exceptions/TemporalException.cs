namespace Runbooks.Temporal.Exceptions;

/// <summary>Root of every exception this library raises on purpose.</summary>
public class TemporalException : Exception
{
    protected internal TemporalException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>
    /// True for the exceptions that mean "cancelled" inside a workflow or activity: an
    /// <see cref="OperationCanceledException"/>, a <see cref="CanceledFailureException"/>, or an activity or child
    /// failure caused by one.
    /// </summary>
    public static bool IsCanceledException(Exception e) => e switch
    {
        OperationCanceledException or CanceledFailureException => true,
        ActivityFailureException or ChildWorkflowFailureException => e.InnerException is CanceledFailureException,
        _ => false,
    };
}
