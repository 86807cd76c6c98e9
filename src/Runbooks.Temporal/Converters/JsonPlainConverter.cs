using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Google.Protobuf;
using Temporalio.Api.Common.V1;

namespace Runbooks.Temporal.Converters;

/// <summary><c>json/plain</c>: everything else, by System.Text.Json. Takes every value.</summary>
public class JsonPlainConverter : IEncodingConverter
{
    private readonly JsonSerializerOptions options;

    public JsonPlainConverter(JsonSerializerOptions options) => this.options = options;

    public string Encoding => "json/plain";

    public bool TryToPayload(object? value, [NotNullWhen(true)] out Payload? payload)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, value?.GetType() ?? typeof(object), options);
        payload = PayloadFactory.Create(Encoding, UnsafeByteOperations.UnsafeWrap(bytes));
        return true;
    }

    public object? ToValue(Payload payload, Type type) =>
        JsonSerializer.Deserialize(payload.Data.Span, type, options);
}
