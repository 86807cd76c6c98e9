using System.Collections.Concurrent;
using System.Reflection;

namespace Runbooks.Temporal.Workflows;

/// <summary>Awaits what a reflected method returned and gives its result as an object.</summary>
internal static class TaskResults
{
    private static readonly ConcurrentDictionary<Type, Func<Task, object?>> Readers = new();

    /// <summary>The type a caller sees: the T of a task of T, void for a plain task.</summary>
    internal static Type ResultType(Type returnType)
    {
        if (returnType == typeof(Task) || returnType == typeof(ValueTask) || returnType == typeof(void))
        {
            return typeof(void);
        }
        for (var type = returnType; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) ||
                type.GetGenericTypeDefinition() == typeof(ValueTask<>)))
            {
                return type.GetGenericArguments()[0];
            }
        }
        return returnType;
    }

    /// <summary>
    /// Awaits on the current scheduler. The declared type decides whether there is a result, because a method
    /// declared as plain <see cref="Task"/> may return a generic task of an internal void type.
    /// </summary>
    internal static async Task<object?> UnwrapAsync(object? returned, Type declaredType)
    {
        switch (returned)
        {
            case Task task:
                await task;
                var result = ResultType(declaredType);
                return result == typeof(void) ? null : Readers.GetOrAdd(result, MakeReader)(task);
            case ValueTask valueTask:
                await valueTask;
                return null;
            default:
                if (returned is not null && declaredType.IsGenericType &&
                    declaredType.GetGenericTypeDefinition() == typeof(ValueTask<>))
                {
                    var asTask = (Task)declaredType.GetMethod("AsTask")!.Invoke(returned, null)!;
                    return await UnwrapAsync(asTask, typeof(Task<>).MakeGenericType(ResultType(declaredType)));
                }
                return returned;
        }
    }

    private static Func<Task, object?> MakeReader(Type result) =>
        typeof(TaskResults).GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(result).CreateDelegate<Func<Task, object?>>();

    private static object? Read<T>(Task task) => ((Task<T>)task).Result;
}
