using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Runbooks.ControlPlane.Security;

/// <summary>Opaque secrets: 256 random bits after a prefix that secret scanners can find. Only the hash is stored.</summary>
public static class TokenText
{
    public const string BearerPrefix = "rbt_";
    public const string JoinPrefix = "rbj_";

    public static string Make(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Unsalted on purpose: the secret has 256 bits, so there is nothing to guess, and look-up is by hash.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    public static bool HasShape(string? token, string prefix) =>
        token is { Length: > 20 and < 200 } && token.StartsWith(prefix, StringComparison.Ordinal);
}
