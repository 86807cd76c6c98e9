using System.Globalization;
using System.Text;

namespace Runbooks.Engine.Grpc;

/// <summary>The small texts of gRPC's headers: the timeout going in, the message and the details going out.</summary>
internal static class GrpcText
{
    /// <summary>Time of a <c>grpc-timeout</c> ("30000000u", "10S"); null when absent or malformed.</summary>
    public static TimeSpan? Timeout(string? header)
    {
        if (string.IsNullOrEmpty(header) || header.Length > 9
            || !long.TryParse(header[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
        {
            return null;
        }
        return header[^1] switch
        {
            'H' => Capped(amount, TimeSpan.TicksPerHour),
            'M' => Capped(amount, TimeSpan.TicksPerMinute),
            'S' => Capped(amount, TimeSpan.TicksPerSecond),
            'm' => Capped(amount, TimeSpan.TicksPerMillisecond),
            'u' => Capped(amount, TimeSpan.TicksPerMicrosecond),
            'n' => TimeSpan.FromTicks(amount / TimeSpan.NanosecondsPerTick),
            _ => null,
        };
    }

    /// <summary>
    /// Percent-encodes only what a header cannot carry. Encoding more (a ':' for one) shows up raw at some clients.
    /// </summary>
    public static string Message(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var encoded = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
        {
            if (b is < 0x20 or > 0x7E or (byte)'%')
            {
                encoded.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }
            else
            {
                encoded.Append((char)b);
            }
        }
        return encoded.ToString();
    }

    /// <summary>A binary header's text: base64 without padding, as gRPC's own servers send it.</summary>
    public static string Binary(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    // A day is beyond every limit of ours and keeps arithmetic away from overflow.
    private static TimeSpan Capped(long amount, long unit) =>
        amount > TimeSpan.TicksPerDay / unit ? TimeSpan.FromDays(1) : TimeSpan.FromTicks(amount * unit);
}
