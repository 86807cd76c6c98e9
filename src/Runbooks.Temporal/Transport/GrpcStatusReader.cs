using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Runbooks.Temporal.Exceptions;
using StatusCode = Runbooks.Temporal.Exceptions.RpcException.StatusCode;

namespace Runbooks.Temporal.Transport;

/// <summary>Reads the outcome of a call from headers (trailers-only answers) or trailers.</summary>
internal static class GrpcStatusReader
{
    /// <summary>Null when the call succeeded; also null, with <paramref name="present"/> false, when these headers
    /// carry no status.</summary>
    public static RpcException? Read(HttpHeaders headers, out bool present)
    {
        present = TryGet(headers, "grpc-status", out var text);
        if (!present)
        {
            return null;
        }

        var code = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) &&
            Enum.IsDefined((StatusCode)number)
            ? (StatusCode)number
            : StatusCode.Unknown;
        if (code == StatusCode.OK)
        {
            return null;
        }

        var message = TryGet(headers, "grpc-message", out var encoded) ? PercentEncoding.Decode(encoded) : string.Empty;
        return new(code, message, ReadDetails(headers));
    }

    /// <summary>Status of an answer that is not gRPC at all, from a proxy for instance.</summary>
    public static RpcException FromHttp(HttpStatusCode status)
    {
        var code = status switch
        {
            HttpStatusCode.BadRequest => StatusCode.Internal,
            HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
            HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
            HttpStatusCode.NotFound => StatusCode.Unimplemented,
            HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or
                HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
            _ => StatusCode.Unknown,
        };
        return new(code, $"The peer answered HTTP {(int)status} instead of gRPC.", null);
    }

    private static byte[]? ReadDetails(HttpHeaders headers)
    {
        if (!TryGet(headers, "grpc-status-details-bin", out var text))
        {
            return null;
        }

        // Padding is optional in binary metadata.
        text = text.Trim().PadRight((text.Trim().Length + 3) / 4 * 4, '=');
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var count) ? bytes[..count] : null;
    }

    private static bool TryGet(HttpHeaders headers, string name, out string value)
    {
        var found = headers.NonValidated.TryGetValues(name, out var values);
        value = found ? values.ToString() : string.Empty;
        return found;
    }
}
