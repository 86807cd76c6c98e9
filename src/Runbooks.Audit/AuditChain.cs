using System.Security.Cryptography;
using System.Text;

namespace Runbooks.Audit;

/// <summary>The arithmetic of the chain: <c>h(n) = SHA-256(h(n-1) ‖ record n)</c>.</summary>
/// <remarks>
/// h(n-1) enters as its 64 lower-case hexadecimal characters and the record as its canonical JSON in UTF-8, so that
/// <c>printf '%s%s' "$previous" "$record" | sha256sum</c> is the whole computation on a machine without our software.
/// h(0) is 64 zeros.
/// </remarks>
public static class AuditChain
{
    public const string SchemaName = "runbooks.audit/v1";

    public static readonly string Genesis = new('0', 64);

    public static string Next(string previousHash, string canonicalRecord)
    {
        var record = Encoding.UTF8.GetBytes(canonicalRecord);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(previousHash));
        hash.AppendData(record);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
