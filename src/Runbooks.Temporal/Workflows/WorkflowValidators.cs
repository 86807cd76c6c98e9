using System.Reflection;

namespace Runbooks.Temporal.Workflows;

/// <summary>Pairs each validator method with the update it names and checks that their parameters agree.</summary>
internal static class WorkflowValidators
{
    internal static void Attach(
        IEnumerable<MethodInfo> methods, WorkflowDefinition.HandlerSet handlers, List<string> errors)
    {
        foreach (var method in methods)
        {
            if (HandlerNames.FindAttribute<WorkflowUpdateValidatorAttribute>(method) is not { } validator)
            {
                continue;
            }
            var update = handlers.Updates.Values.Append(handlers.DynamicUpdate)
                .FirstOrDefault(u => u?.Method?.Name == validator.UpdateMethod);
            if (update is null)
            {
                errors.Add($"validator {method.Name} names {validator.UpdateMethod}, which is no update");
                continue;
            }
            var same = method.GetParameters().Select(p => p.ParameterType)
                .SequenceEqual(update.Method!.GetParameters().Select(p => p.ParameterType));
            if (!same || method.ReturnType != typeof(void) || !method.IsPublic || method.IsStatic)
            {
                errors.Add($"validator {method.Name} must be public, void and take the parameters of its update");
                continue;
            }
            if (update.ValidatorMethod is not null)
            {
                errors.Add($"update {validator.UpdateMethod} has more than one validator");
            }
            update.ValidatorMethod = method;
        }
    }
}
