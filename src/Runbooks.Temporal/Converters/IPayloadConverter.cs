using Temporalio.Api.Common.V1;

namespace Runbooks.Temporal.Converters;

/// <summary>Turns values into payloads and back. Called on workflow threads: no I/O, no clock, no random.</summary>
public interface IPayloadConverter
{
    /// <summary>Converts <paramref name="value"/>. Throws when no encoding takes it.</summary>
    Payload ToPayload(object? value);

    /// <summary>Converts <paramref name="payload"/> to <paramref name="type"/>. Throws when the encoding is unknown or
    /// the value does not fit.</summary>
    object? ToValue(Payload payload, Type type);
}
