using System.Reflection;
using Runbooks.Temporal.Worker.Interceptors;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Worker.Language;

/// <summary>End of the inbound chain: calls the workflow object.</summary>
internal sealed class WorkflowInboundRoot(Action<WorkflowOutboundInterceptor> setOutbound) : WorkflowInboundInterceptor
{
    public override void Init(WorkflowOutboundInterceptor outbound) => setOutbound(outbound);

    public override Task<object?> ExecuteWorkflowAsync(ExecuteWorkflowInput input) =>
        CallAsync(input.RunMethod, null, input.Args, input.Instance);

    public override Task HandleSignalAsync(HandleSignalInput input) =>
        CallAsync(input.Definition.Method, input.Definition.Delegate, input.Args, null);

    public override object? HandleQuery(HandleQueryInput input) =>
        Invoke(input.Definition.Method, input.Definition.Delegate, input.Args, null);

    public override void ValidateUpdate(HandleUpdateInput input)
    {
        if (input.Definition.ValidatorMethod is { } method)
        {
            Invoke(method, input.Definition.ValidatorDelegate, input.Args, null);
        }
    }

    public override Task<object?> HandleUpdateAsync(HandleUpdateInput input) =>
        CallAsync(input.Definition.Method, input.Definition.Delegate, input.Args, null);

    private static Task<object?> CallAsync(MethodInfo method, Delegate? callback, object?[] args, object? target) =>
        TaskResults.UnwrapAsync(Invoke(method, callback, args, target), method.ReturnType);

    private static object? Invoke(MethodInfo method, Delegate? callback, object?[] args, object? target) =>
        method.Invoke(
            method.IsStatic ? null : callback?.Target ?? target ?? Workflow.Instance,
            BindingFlags.DoNotWrapExceptions, null, args, null);
}
