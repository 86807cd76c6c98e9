using Temporalio.Api.Common.V1;

namespace Runbooks.Temporal.Converters;

/// <summary>Transforms payload bytes to and from the server: encryption, compression. May do I/O.</summary>
public interface IPayloadCodec
{
    /// <summary>Encodes payloads; must not change its input. The answer may differ in count only if
    /// <see cref="DecodeAsync"/> restores it.</summary>
    Task<IReadOnlyCollection<Payload>> EncodeAsync(IReadOnlyCollection<Payload> payloads);

    /// <summary>Undoes <see cref="EncodeAsync"/>. Payloads it did not encode are returned unchanged.</summary>
    Task<IReadOnlyCollection<Payload>> DecodeAsync(IReadOnlyCollection<Payload> payloads);
}
