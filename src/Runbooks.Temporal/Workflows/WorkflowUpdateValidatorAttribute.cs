namespace Runbooks.Temporal.Workflows;

/// <summary>Marks a method with an update's parameters as its validator; throwing rejects the update.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class WorkflowUpdateValidatorAttribute : Attribute
{
    /// <summary>Binds the validator to an update method of the same class.</summary>
    /// <param name="updateMethod">Name of the update method, by <c>nameof</c>.</param>
    public WorkflowUpdateValidatorAttribute(string updateMethod) => UpdateMethod = updateMethod;

    /// <summary>Name of the validated method.</summary>
    public string UpdateMethod { get; }
}
