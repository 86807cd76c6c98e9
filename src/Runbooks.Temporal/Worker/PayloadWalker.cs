using System.Collections;
using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Temporalio.Api.Common.V1;

namespace Runbooks.Temporal.Worker;

/// <summary>
/// Applies a codec to every payload inside a protocol message, in place. Search attributes are left alone: the server
/// reads them. Which fields can lead to payloads is found once per message type.
/// </summary>
internal static class PayloadWalker
{
    private static readonly ConcurrentDictionary<MessageDescriptor, FieldDescriptor[]> Fields = new();

    internal delegate Task<IReadOnlyCollection<Payload>> Transform(IReadOnlyCollection<Payload> payloads);

    internal static async Task ApplyAsync(IMessage? message, Transform transform)
    {
        switch (message)
        {
            case null or SearchAttributes:
                return;
            case Payloads payloads:
                if (payloads.Payloads_.Count > 0)
                {
                    var changed = await transform(payloads.Payloads_.ToArray()).ConfigureAwait(false);
                    payloads.Payloads_.Clear();
                    payloads.Payloads_.AddRange(changed);
                }
                return;
        }
        foreach (var field in Fields.GetOrAdd(message.Descriptor, static d => FindFields(d)))
        {
            if (field.IsMap || field.IsRepeated || field.Accessor.HasValue(message))
            {
                await ApplyToFieldAsync(message, field, transform).ConfigureAwait(false);
            }
        }
    }

    internal static async Task<Payload> ApplyAsync(Payload payload, Transform transform)
    {
        var changed = await transform([payload]).ConfigureAwait(false);
        return changed.Count == 1
            ? changed.First()
            : throw new InvalidOperationException($"The codec turned one payload into {changed.Count}");
    }

    private static async Task ApplyToFieldAsync(IMessage message, FieldDescriptor field, Transform transform)
    {
        var value = field.Accessor.GetValue(message);
        switch (value)
        {
            case Payload payload:
                field.Accessor.SetValue(message, await ApplyAsync(payload, transform).ConfigureAwait(false));
                break;
            case IMessage inner:
                await ApplyAsync(inner, transform).ConfigureAwait(false);
                break;
            case IDictionary map:
                foreach (var key in map.Keys.Cast<object>().ToArray())
                {
                    if (map[key] is Payload entry)
                    {
                        map[key] = await ApplyAsync(entry, transform).ConfigureAwait(false);
                    }
                    else
                    {
                        await ApplyAsync(map[key] as IMessage, transform).ConfigureAwait(false);
                    }
                }
                break;
            case IList list:
                for (var i = 0; i < list.Count; i++)
                {
                    if (list[i] is Payload entry)
                    {
                        list[i] = await ApplyAsync(entry, transform).ConfigureAwait(false);
                    }
                    else
                    {
                        await ApplyAsync(list[i] as IMessage, transform).ConfigureAwait(false);
                    }
                }
                break;
        }
    }

    private static FieldDescriptor[] FindFields(MessageDescriptor type) =>
        type.Fields.InFieldNumberOrder().Where(f => Leads(f, [])).ToArray();

    private static bool Leads(FieldDescriptor field, HashSet<string> seen)
    {
        if (field.IsMap)
        {
            field = field.MessageType.FindFieldByNumber(2);
        }
        if (field.FieldType != FieldType.Message)
        {
            return false;
        }
        var type = field.MessageType;
        if (type == Payload.Descriptor || type == Payloads.Descriptor)
        {
            return true;
        }
        return type != SearchAttributes.Descriptor && seen.Add(type.FullName) &&
            type.Fields.InFieldNumberOrder().Any(f => Leads(f, seen));
    }
}
