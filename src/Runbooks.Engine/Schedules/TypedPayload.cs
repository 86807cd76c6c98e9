using Google.Protobuf;
using Temporalio.Api.Common.V1;

namespace Runbooks.Engine.Schedules;

/// <summary>Search attribute payloads as the server writes them: JSON with the attribute's type beside it.</summary>
internal static class TypedPayload
{
    public static Payload Of(string type, string json) => new()
    {
        Metadata =
        {
            ["encoding"] = ByteString.CopyFromUtf8("json/plain"),
            ["type"] = ByteString.CopyFromUtf8(type),
        },
        Data = ByteString.CopyFromUtf8(json),
    };
}
