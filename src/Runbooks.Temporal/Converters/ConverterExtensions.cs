using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;

namespace Runbooks.Temporal.Converters;

/// <summary>Conversion of single values, argument lists and failures with the codec applied.</summary>
public static class ConverterExtensions
{
    public static T ToValue<T>(this IPayloadConverter converter, Payload payload) =>
        (T)converter.ToValue(payload, typeof(T))!;

    /// <summary>Reads a raw value as <typeparamref name="T"/>.</summary>
    public static T ToValue<T>(this IPayloadConverter converter, IRawValue rawValue) =>
        converter.ToValue<T>(rawValue.Payload);

    public static RawValue ToRawValue(this IPayloadConverter converter, object? value) =>
        new(converter.ToPayload(value));

    /// <summary>Converts an argument list without a codec; used on workflow threads.</summary>
    public static Payload[] ToPayloads(this IPayloadConverter converter, IReadOnlyCollection<object?> values) =>
        values.Select(converter.ToPayload).ToArray();

    public static async Task<Payload> ToPayloadAsync(this DataConverter converter, object? value)
    {
        var payload = converter.PayloadConverter.ToPayload(value);
        return converter.PayloadCodec == null
            ? payload
            : await converter.PayloadCodec.EncodeSingleAsync(payload).ConfigureAwait(false);
    }

    public static async Task<IReadOnlyCollection<Payload>> ToPayloadsAsync(
        this DataConverter converter, IReadOnlyCollection<object?> values)
    {
        var payloads = converter.PayloadConverter.ToPayloads(values);
        return converter.PayloadCodec == null || payloads.Length == 0
            ? payloads
            : await converter.PayloadCodec.EncodeAsync(payloads).ConfigureAwait(false);
    }

    public static async Task<T> ToValueAsync<T>(this DataConverter converter, Payload payload) =>
        (T)(await converter.ToValueAsync(payload, typeof(T)).ConfigureAwait(false))!;

    public static async Task<object?> ToValueAsync(this DataConverter converter, Payload payload, Type type)
    {
        if (converter.PayloadCodec != null)
        {
            payload = await converter.PayloadCodec.DecodeSingleAsync(payload).ConfigureAwait(false);
        }

        return converter.PayloadConverter.ToValue(payload, type);
    }

    /// <summary>Reads a one-value answer; no payload at all reads as the type's default.</summary>
    public static async Task<T> ToSingleValueAsync<T>(
        this DataConverter converter, IReadOnlyCollection<Payload>? payloads)
    {
        if (converter.PayloadCodec != null && payloads is { Count: > 0 })
        {
            payloads = await converter.PayloadCodec.DecodeAsync(payloads).ConfigureAwait(false);
        }

        return payloads switch
        {
            null or { Count: 0 } => default!,
            { Count: 1 } => converter.PayloadConverter.ToValue<T>(payloads.First()),
            _ => throw new ArgumentException($"Expected one value, found {payloads.Count}."),
        };
    }

    /// <summary>Decodes a copy of the failure by the codec, then converts it.</summary>
    public static async Task<Exception> ToExceptionAsync(this DataConverter converter, Failure failure)
    {
        if (converter.PayloadCodec != null)
        {
            failure = failure.Clone();
            await converter.PayloadCodec.DecodeFailureAsync(failure).ConfigureAwait(false);
        }

        return converter.FailureConverter.ToException(failure, converter.PayloadConverter);
    }

    /// <summary>Converts the exception, then encodes every payload in it by the codec.</summary>
    public static async Task<Failure> ToFailureAsync(this DataConverter converter, Exception exception)
    {
        var failure = converter.FailureConverter.ToFailure(exception, converter.PayloadConverter);
        if (converter.PayloadCodec != null)
        {
            failure = failure.Clone();
            await converter.PayloadCodec.EncodeFailureAsync(failure).ConfigureAwait(false);
        }

        return failure;
    }
}
