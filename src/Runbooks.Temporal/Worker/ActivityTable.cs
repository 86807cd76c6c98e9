using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Exceptions;

namespace Runbooks.Temporal.Worker;

/// <summary>Activities of a worker by name, checked for contradictions.</summary>
internal sealed class ActivityTable
{
    private readonly Dictionary<string, ActivityDefinition> named = new(StringComparer.Ordinal);
    private readonly ActivityDefinition? dynamic;

    internal ActivityTable(IEnumerable<ActivityDefinition> definitions)
    {
        foreach (var definition in definitions)
        {
            if (definition.Name is null)
            {
                dynamic = dynamic is null ? definition : throw new ArgumentException("More than one dynamic activity");
            }
            else if (!named.TryAdd(definition.Name, definition))
            {
                throw new ArgumentException($"More than one activity named {definition.Name}");
            }
        }
    }

    /// <summary>Retryable when unknown: another worker of the queue may know the activity.</summary>
    internal ActivityDefinition Find(string name) => named.TryGetValue(name, out var found)
        ? found
        : dynamic ?? throw new ApplicationFailureException(
            $"Activity {name} is not registered on this worker, available activities: " +
            $"[{string.Join(", ", named.Keys.Order(StringComparer.Ordinal))}]", "NotFoundError");
}
