namespace Runbooks.Temporal.Exceptions;

/// <summary>A heartbeat of an asynchronous activity was answered with "cancellation requested".</summary>
public class AsyncActivityCanceledException : TemporalException
{
    public AsyncActivityCanceledException()
        : base("Activity cancelled")
    {
    }
}
