namespace Runbooks.Temporal.Worker.Interceptors;

/// <summary>Calls out of one activity attempt.</summary>
public abstract class ActivityOutboundInterceptor
{
    private readonly ActivityOutboundInterceptor? next;

    /// <summary>Wraps the rest of the chain.</summary>
    /// <param name="next">The rest of the chain.</param>
    protected ActivityOutboundInterceptor(ActivityOutboundInterceptor next) => this.next = next;

    private protected ActivityOutboundInterceptor()
    {
    }

    /// <summary>The rest of the chain.</summary>
    protected ActivityOutboundInterceptor Next =>
        next ?? throw new InvalidOperationException("The last interceptor has no next");

    /// <summary>Sends a heartbeat.</summary>
    /// <param name="input">Input.</param>
    public virtual void Heartbeat(HeartbeatInput input) => Next.Heartbeat(input);
}
