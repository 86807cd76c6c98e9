namespace Runbooks.Temporal.Worker.Interceptors;

/// <summary>Wraps the calls into and out of workflows and activities; the first interceptor is outermost.</summary>
public interface IWorkerInterceptor
{
    /// <summary>Wraps one run.</summary>
    /// <param name="nextInterceptor">The rest of the chain.</param>
    /// <returns>The wrapper, or <paramref name="nextInterceptor"/> itself.</returns>
    WorkflowInboundInterceptor InterceptWorkflow(WorkflowInboundInterceptor nextInterceptor) => nextInterceptor;

    /// <summary>Wraps one activity attempt.</summary>
    /// <param name="nextInterceptor">The rest of the chain.</param>
    /// <returns>The wrapper, or <paramref name="nextInterceptor"/> itself.</returns>
    ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) => nextInterceptor;
}
