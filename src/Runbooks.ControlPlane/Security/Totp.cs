using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Runbooks.ControlPlane.Security;

/// <summary>Time-based one-time codes, RFC 6238 over RFC 4226: HMAC-SHA-1, 6 digits, 30 seconds. Pure.</summary>
/// <remarks>SHA-1 because every authenticator app takes it; as an HMAC over a secret it is not the broken use of
/// it.</remarks>
public static class Totp
{
    public const int StepSeconds = 30;
    public const int Digits = 6;
    public const int SecretBytes = 20;

    // One step either way: a phone's clock and the time it takes to type.
    private const int StepsAround = 1;

    public static long StepAt(DateTimeOffset at) => at.ToUnixTimeSeconds() / StepSeconds;

    public static string CodeAt(ReadOnlySpan<byte> secret, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> mac = stackalloc byte[20];
#pragma warning disable CA5350 // RFC 6238 fixes SHA-1 here; see the remarks.
        HMACSHA1.HashData(secret, counter, mac);
#pragma warning restore CA5350
        var at = mac[^1] & 0xF;
        var value = BinaryPrimitives.ReadInt32BigEndian(mac[at..]) & int.MaxValue;
        return (value % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>The step whose code this is, or null. A step at or before the last one used never counts
    /// again.</summary>
    public static long? Match(ReadOnlySpan<byte> secret, string code, DateTimeOffset now, long lastStepUsed)
    {
        var present = StepAt(now);
        long? found = null;
        for (var step = present - StepsAround; step <= present + StepsAround; step++)
        {
            // No early exit: how long it takes must not say which step matched.
            if (CryptographicOperations.FixedTimeEquals(
                System.Text.Encoding.ASCII.GetBytes(CodeAt(secret, step)), System.Text.Encoding.ASCII.GetBytes(code)))
            {
                found = step;
            }
        }

        return found > lastStepUsed ? found : null;
    }

    /// <summary>What an authenticator app scans.</summary>
    public static string UriOf(ReadOnlySpan<byte> secret, string user, string installation)
    {
        var issuer = Uri.EscapeDataString($"Runbooks {installation}");
        return $"otpauth://totp/{issuer}:{Uri.EscapeDataString(user)}?secret={Base32.Write(secret)}&issuer={issuer}"
            + $"&algorithm=SHA1&digits={Digits}&period={StepSeconds}";
    }
}
