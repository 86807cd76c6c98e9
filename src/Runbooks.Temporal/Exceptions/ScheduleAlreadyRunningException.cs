namespace Runbooks.Temporal.Exceptions;

/// <summary>A schedule with this id exists already.</summary>
public class ScheduleAlreadyRunningException : TemporalException
{
    public ScheduleAlreadyRunningException()
        : base("Schedule already running")
    {
    }
}
