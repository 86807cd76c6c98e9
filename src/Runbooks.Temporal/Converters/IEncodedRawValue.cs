using Temporalio.Api.Common.V1;

namespace Runbooks.Temporal.Converters;

/// <summary>A payload as the server returned it: the codec, if any, has not been undone yet.</summary>
public interface IEncodedRawValue : IRawValue
{
    /// <summary>Decodes and converts the value.</summary>
    Task<T> ToValueAsync<T>();
}

/// <summary>Plain <see cref="IEncodedRawValue"/>.</summary>
public class EncodedRawValue : IEncodedRawValue
{
    private readonly DataConverter converter;

    public EncodedRawValue(DataConverter converter, Payload payload)
    {
        this.converter = converter;
        Payload = payload;
    }

    public Payload Payload { get; }

    public Task<T> ToValueAsync<T>() => converter.ToValueAsync<T>(Payload);

    internal static IReadOnlyDictionary<string, IEncodedRawValue> FromMemo(Memo? memo, DataConverter converter) =>
        memo?.Fields.ToDictionary(
            field => field.Key, IEncodedRawValue (field) => new EncodedRawValue(converter, field.Value))
        ?? [];
}
