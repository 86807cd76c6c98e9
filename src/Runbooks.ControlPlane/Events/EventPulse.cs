namespace Runbooks.ControlPlane.Events;

/// <summary>Wakes waiting streams of this process when something was committed; streams also look by themselves.</summary>
public sealed class EventPulse
{
    private volatile TaskCompletionSource _next = New();

    public Task Next => _next.Task;

    public void Beat() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
