using System.Text.Json;
using Google.Protobuf;
using Runbooks.Engine.Rpc;

namespace Runbooks.Engine.Reading;

/// <summary>
/// Where a reader of one run's history stands. It pins the run, so that a reader who began without a run id does not
/// slip into the next run of the chain; <paramref name="Last"/> bounds a reader who does not wait.
/// </summary>
internal sealed record HistoryToken(Guid RunId, long Next, long Last)
{
    public ByteString Encode() => ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(this));

    public static HistoryToken? Decode(ByteString token)
    {
        try
        {
            return token.IsEmpty ? null : JsonSerializer.Deserialize<HistoryToken>(token.Span);
        }
        catch (JsonException)
        {
            throw RpcFault.Invalid("Invalid NextPageToken.");
        }
    }
}
