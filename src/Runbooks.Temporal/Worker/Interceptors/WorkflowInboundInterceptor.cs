namespace Runbooks.Temporal.Worker.Interceptors;

/// <summary>Calls into a run. Everything here must be deterministic: it runs again on replay.</summary>
public abstract class WorkflowInboundInterceptor
{
    private readonly WorkflowInboundInterceptor? next;

    /// <summary>Wraps the rest of the chain.</summary>
    /// <param name="next">The rest of the chain.</param>
    protected WorkflowInboundInterceptor(WorkflowInboundInterceptor next) => this.next = next;

    private protected WorkflowInboundInterceptor()
    {
    }

    /// <summary>The rest of the chain.</summary>
    protected WorkflowInboundInterceptor Next =>
        next ?? throw new InvalidOperationException("The last interceptor has no next");

    /// <summary>Wraps the outbound side; called once before anything else.</summary>
    /// <param name="outbound">Outbound interceptor to use or wrap.</param>
    public virtual void Init(WorkflowOutboundInterceptor outbound) => Next.Init(outbound);

    /// <summary>Runs the workflow.</summary>
    /// <param name="input">Input.</param>
    /// <returns>The result.</returns>
    public virtual Task<object?> ExecuteWorkflowAsync(ExecuteWorkflowInput input) => Next.ExecuteWorkflowAsync(input);

    /// <summary>Handles a signal.</summary>
    /// <param name="input">Input.</param>
    /// <returns>When the handler ends.</returns>
    public virtual Task HandleSignalAsync(HandleSignalInput input) => Next.HandleSignalAsync(input);

    /// <summary>Answers a query; must not issue commands.</summary>
    /// <param name="input">Input.</param>
    /// <returns>The answer.</returns>
    public virtual object? HandleQuery(HandleQueryInput input) => Next.HandleQuery(input);

    /// <summary>Validates an update; must not issue commands; not called on replay.</summary>
    /// <param name="input">Input.</param>
    public virtual void ValidateUpdate(HandleUpdateInput input) => Next.ValidateUpdate(input);

    /// <summary>Handles an accepted update.</summary>
    /// <param name="input">Input.</param>
    /// <returns>The result.</returns>
    public virtual Task<object?> HandleUpdateAsync(HandleUpdateInput input) => Next.HandleUpdateAsync(input);
}
