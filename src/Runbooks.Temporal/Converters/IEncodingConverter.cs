using System.Diagnostics.CodeAnalysis;
using Temporalio.Api.Common.V1;

namespace Runbooks.Temporal.Converters;

/// <summary>One encoding of <see cref="DefaultPayloadConverter"/>, named by the payload metadata "encoding".</summary>
public interface IEncodingConverter
{
    /// <summary>Value of the metadata key "encoding" that this writes and reads.</summary>
    string Encoding { get; }

    /// <summary>False when this encoding does not take the value and the next one should be asked.</summary>
    bool TryToPayload(object? value, [NotNullWhen(true)] out Payload? payload);

    object? ToValue(Payload payload, Type type);
}
