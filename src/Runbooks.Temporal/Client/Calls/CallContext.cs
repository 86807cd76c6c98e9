using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Sdk.V1;
using Runbooks.Temporal.Converters;

namespace Runbooks.Temporal.Client.Calls;

/// <summary>What every call of a client needs: service, namespace, identity and conversion of its values.</summary>
internal sealed class CallContext
{
    private readonly ITemporalClient client;

    public CallContext(ITemporalClient client) => this.client = client;

    public ITemporalClient Client => client;

    public WorkflowService Service => client.Connection.WorkflowService;

    public string Namespace => client.Options.Namespace;

    public string Identity => client.Connection.Options.Identity ?? string.Empty;

    public DataConverter Converter => client.Options.DataConverter;

    public static string NewRequestId() => Guid.NewGuid().ToString();

    public static Temporalio.Api.Common.V1.WorkflowExecution Execution(string id, string? runId) =>
        new() { WorkflowId = id, RunId = runId ?? string.Empty };

    public static Duration? ToDuration(TimeSpan? span) => span is { } value ? Duration.FromTimeSpan(value) : null;

    public static ByteString ToToken(byte[]? token) => token == null ? ByteString.Empty : ByteString.CopyFrom(token);

    public static byte[]? FromToken(ByteString token) => token.IsEmpty ? null : token.ToByteArray();

    /// <summary>Null for an empty list, as the official clients send it.</summary>
    public async Task<Payloads?> ToPayloadsAsync(IReadOnlyCollection<object?>? values) => values is not { Count: > 0 }
        ? null
        : new() { Payloads_ = { await Converter.ToPayloadsAsync(values).ConfigureAwait(false) } };

    public async Task<Header?> ToHeaderAsync(IDictionary<string, Payload>? headers)
    {
        if (headers is not { Count: > 0 })
        {
            return null;
        }

        var header = new Header { Fields = { headers } };
        if (Converter.PayloadCodec is { } codec)
        {
            await codec.EncodeInPlaceAsync(header.Fields).ConfigureAwait(false);
        }

        return header;
    }

    public async Task<Memo?> ToMemoAsync(IReadOnlyDictionary<string, object>? values)
    {
        if (values is not { Count: > 0 })
        {
            return null;
        }

        var memo = new Memo();
        foreach (var (key, value) in values)
        {
            // A memo read from the server and sent back is already encoded.
            memo.Fields[key] = value is IEncodedRawValue encoded
                ? encoded.Payload
                : await Converter.ToPayloadAsync(value).ConfigureAwait(false);
        }

        return memo;
    }

    public async Task<UserMetadata?> ToUserMetadataAsync(string? summary, string? details) =>
        summary == null && details == null
            ? null
            : new()
            {
                Summary = summary == null ? null : await Converter.ToPayloadAsync(summary).ConfigureAwait(false),
                Details = details == null ? null : await Converter.ToPayloadAsync(details).ConfigureAwait(false),
            };
}
