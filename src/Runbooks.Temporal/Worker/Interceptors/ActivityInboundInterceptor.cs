namespace Runbooks.Temporal.Worker.Interceptors;

/// <summary>Calls into one activity attempt.</summary>
public abstract class ActivityInboundInterceptor
{
    private readonly ActivityInboundInterceptor? next;

    /// <summary>Wraps the rest of the chain.</summary>
    /// <param name="next">The rest of the chain.</param>
    protected ActivityInboundInterceptor(ActivityInboundInterceptor next) => this.next = next;

    private protected ActivityInboundInterceptor()
    {
    }

    /// <summary>The rest of the chain.</summary>
    protected ActivityInboundInterceptor Next =>
        next ?? throw new InvalidOperationException("The last interceptor has no next");

    /// <summary>Wraps the outbound side; called once before execution.</summary>
    /// <param name="outbound">Outbound interceptor to use or wrap.</param>
    public virtual void Init(ActivityOutboundInterceptor outbound) => Next.Init(outbound);

    /// <summary>Executes the attempt.</summary>
    /// <param name="input">Input.</param>
    /// <returns>The result.</returns>
    public virtual Task<object?> ExecuteActivityAsync(ExecuteActivityInput input) => Next.ExecuteActivityAsync(input);
}
