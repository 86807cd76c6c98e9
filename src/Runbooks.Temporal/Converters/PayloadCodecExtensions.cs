using Google.Protobuf.Collections;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;

namespace Runbooks.Temporal.Converters;

/// <summary>Codec over single payloads, in-place lists and whole failures.</summary>
public static class PayloadCodecExtensions
{
    public static async Task<Payload> EncodeSingleAsync(this IPayloadCodec codec, Payload payload) =>
        Single(await codec.EncodeAsync([payload]).ConfigureAwait(false));

    public static async Task<Payload> DecodeSingleAsync(this IPayloadCodec codec, Payload payload) =>
        Single(await codec.DecodeAsync([payload]).ConfigureAwait(false));

    /// <summary>Encodes every payload of the failure and of its causes, in place.</summary>
    public static Task EncodeFailureAsync(this IPayloadCodec codec, Failure failure) =>
        ApplyToFailureAsync(failure, codec.EncodeAsync);

    /// <summary>Decodes every payload of the failure and of its causes, in place.</summary>
    public static Task DecodeFailureAsync(this IPayloadCodec codec, Failure failure) =>
        ApplyToFailureAsync(failure, codec.DecodeAsync);

    internal static Task EncodeInPlaceAsync(this IPayloadCodec codec, Payloads? payloads) =>
        ApplyAsync(payloads?.Payloads_, codec.EncodeAsync);

    internal static Task DecodeInPlaceAsync(this IPayloadCodec codec, Payloads? payloads) =>
        ApplyAsync(payloads?.Payloads_, codec.DecodeAsync);

    internal static async Task EncodeInPlaceAsync(this IPayloadCodec codec, MapField<string, Payload> fields)
    {
        foreach (var key in fields.Keys.ToArray())
        {
            fields[key] = await codec.EncodeSingleAsync(fields[key]).ConfigureAwait(false);
        }
    }

    internal static async Task DecodeInPlaceAsync(this IPayloadCodec codec, MapField<string, Payload> fields)
    {
        foreach (var key in fields.Keys.ToArray())
        {
            fields[key] = await codec.DecodeSingleAsync(fields[key]).ConfigureAwait(false);
        }
    }

    private static async Task ApplyToFailureAsync(
        Failure? failure, Func<IReadOnlyCollection<Payload>, Task<IReadOnlyCollection<Payload>>> apply)
    {
        for (; failure != null; failure = failure.Cause)
        {
            if (failure.EncodedAttributes != null)
            {
                failure.EncodedAttributes =
                    Single(await apply([failure.EncodedAttributes]).ConfigureAwait(false));
            }

            var details = failure.FailureInfoCase switch
            {
                Failure.FailureInfoOneofCase.ApplicationFailureInfo => failure.ApplicationFailureInfo.Details,
                Failure.FailureInfoOneofCase.CanceledFailureInfo => failure.CanceledFailureInfo.Details,
                Failure.FailureInfoOneofCase.TimeoutFailureInfo => failure.TimeoutFailureInfo.LastHeartbeatDetails,
                Failure.FailureInfoOneofCase.ResetWorkflowFailureInfo =>
                    failure.ResetWorkflowFailureInfo.LastHeartbeatDetails,
                _ => null,
            };
            await ApplyAsync(details?.Payloads_, apply).ConfigureAwait(false);
        }
    }

    private static async Task ApplyAsync(
        RepeatedField<Payload>? payloads,
        Func<IReadOnlyCollection<Payload>, Task<IReadOnlyCollection<Payload>>> apply)
    {
        if (payloads is { Count: > 0 })
        {
            var changed = await apply(payloads.ToArray()).ConfigureAwait(false);
            payloads.Clear();
            payloads.AddRange(changed);
        }
    }

    private static Payload Single(IReadOnlyCollection<Payload> payloads) =>
        payloads.Count == 1
            ? payloads.First()
            : throw new InvalidOperationException($"The codec turned one payload into {payloads.Count}.");
}
