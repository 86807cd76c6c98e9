using System.Reflection;
using Temporalio.Api.Common.V1;
using Runbooks.Temporal.Converters;

namespace Runbooks.Temporal.Worker.Language;

/// <summary>Turns payloads into the arguments of a method.</summary>
internal static class PayloadArgs
{
    internal static object?[] ForMethod(
        IPayloadConverter converter, IReadOnlyCollection<Payload>? payloads, MethodInfo method)
    {
        var parameters = method.GetParameters();
        return Convert(
            converter,
            payloads,
            parameters.Select(p => p.ParameterType).ToArray(),
            parameters.Count(p => !p.HasDefaultValue),
            parameters.Select(p => p.HasDefaultValue ? p.DefaultValue : null).ToArray());
    }

    /// <summary>Arguments of a dynamic handler: its name, then everything else unconverted.</summary>
    internal static object?[] ForDynamic(string? name, IReadOnlyCollection<Payload>? payloads)
    {
        IRawValue[] raw = [.. (payloads ?? []).Select(p => (IRawValue)new RawValue(p))];
        return name is null ? [raw] : [name, raw];
    }

    /// <summary>
    /// Extra payloads are ignored, missing ones take defaults: both sides may add parameters in time.
    /// </summary>
    internal static object?[] Convert(
        IPayloadConverter converter,
        IReadOnlyCollection<Payload>? payloads,
        IReadOnlyList<Type> types,
        int required,
        IReadOnlyList<object?> defaults)
    {
        var given = payloads?.Count ?? 0;
        if (given < required)
        {
            throw new ArgumentException($"Expected at least {required} arguments, found {given}");
        }
        if (types.Count == 0)
        {
            return [];
        }
        var args = new object?[types.Count];
        var index = 0;
        foreach (var payload in payloads ?? [])
        {
            if (index == args.Length)
            {
                break;
            }
            args[index] = ToValue(converter, payload, types[index]);
            index++;
        }
        for (; index < args.Length; index++)
        {
            args[index] = defaults[index];
        }
        return args;
    }

    internal static object? ToValue(IPayloadConverter converter, Payload payload, Type type) =>
        type == typeof(IRawValue) || type == typeof(RawValue)
            ? new RawValue(payload)
            : converter.ToValue(payload, type);
}
