using Temporalio.Api.Common.V1;

namespace Runbooks.Temporal.Converters;

/// <summary>A payload that skips payload conversion (but not the codec): the receiver decides its type later.</summary>
public interface IRawValue
{
    Payload Payload { get; }
}

/// <summary>Plain <see cref="IRawValue"/>.</summary>
public class RawValue : IRawValue
{
    public RawValue(Payload payload) => Payload = payload;

    public Payload Payload { get; }
}
