using System.Security.Cryptography;

namespace Runbooks.ControlPlane.Security;

/// <summary>A password as it is stored: the function, its cost, a salt of its own, and what came out.</summary>
/// <remarks>
/// PBKDF2 with HMAC-SHA-512 at 210,000 rounds, the figure OWASP's password storage sheet gives for it. The parameters
/// stand beside each hash, so that a higher cost applies to new passwords while old ones still verify.
/// </remarks>
public sealed record PasswordHash(string Algorithm, int Iterations, byte[] Salt, byte[] Hash)
{
    public const string Sha512 = "pbkdf2-sha512";
    public const int IterationsNow = 210_000;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    /// <summary>Verified when there is no such user, so that an unknown name takes as long as a wrong
    /// password.</summary>
    public static readonly PasswordHash OfNobody = new(Sha512, IterationsNow, new byte[SaltBytes], new byte[HashBytes]);

    public static PasswordHash Of(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new PasswordHash(Sha512, IterationsNow, salt, Derive(password, salt, IterationsNow));
    }

    public bool Matches(string password) =>
        Algorithm == Sha512 && CryptographicOperations.FixedTimeEquals(Derive(password, Salt, Iterations), Hash);

    private static byte[] Derive(string password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA512, HashBytes);
}
