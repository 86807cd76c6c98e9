using Google.Protobuf;

namespace Runbooks.Temporal.Client;

/// <summary>Headers of a call: who we are, the namespace, the API key, then the connection's and the call's
/// metadata.</summary>
internal static class RpcHeaders
{
    private const string ClientName = "runbooks-temporal";
    private static readonly string ClientVersion =
        typeof(RpcHeaders).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    public static IReadOnlyCollection<KeyValuePair<string, string>> For(
        IMessage request, TemporalConnection connection, RpcOptions? options)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["client-name"] = ClientName,
            ["client-version"] = ClientVersion,
        };
        var field = request.Descriptor.FindFieldByName("namespace");
        if (field != null && field.Accessor.GetValue(request) is string { Length: > 0 } name)
        {
            headers["temporal-namespace"] = name;
        }

        if (connection.ApiKey is { } apiKey)
        {
            headers["authorization"] = "Bearer " + apiKey;
        }

        foreach (var (key, value) in connection.RpcMetadata)
        {
            headers[key] = value;
        }

        foreach (var (key, value) in options?.Metadata ?? [])
        {
            headers[key] = value;
        }

        foreach (var (key, value) in options?.BinaryMetadata ?? [])
        {
            headers[key] = Convert.ToBase64String(value);
        }

        return headers;
    }
}
