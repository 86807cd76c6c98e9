using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Worker;

/// <summary>Workflows of a worker by name, checked for contradictions.</summary>
internal static class WorkflowTable
{
    internal static (IReadOnlyDictionary<string, WorkflowDefinition> Named, WorkflowDefinition? Dynamic) Make(
        IEnumerable<WorkflowDefinition> definitions)
    {
        var named = new Dictionary<string, WorkflowDefinition>(StringComparer.Ordinal);
        WorkflowDefinition? dynamic = null;
        foreach (var definition in definitions)
        {
            if (!definition.Instantiable)
            {
                throw new ArgumentException($"Workflow {definition.Type} has no constructor a worker may call");
            }
            if (definition.Name is null)
            {
                dynamic = dynamic is null ? definition : throw new ArgumentException("More than one dynamic workflow");
            }
            else if (!named.TryAdd(definition.Name, definition))
            {
                throw new ArgumentException($"More than one workflow named {definition.Name}");
            }
        }
        return (named, dynamic);
    }
}
