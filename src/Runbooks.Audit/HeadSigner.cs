using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Runbooks.Domain.Text;

namespace Runbooks.Audit;

/// <summary>Signs heads with the control plane's audit key (ECDSA P-256).</summary>
public sealed class HeadSigner : IDisposable
{
    private readonly ECDsa _key;

    public HeadSigner(ECDsa key)
    {
        _key = key;
        PublicKeyPem = key.ExportSubjectPublicKeyInfoPem();
        KeyId = KeyIdOf(key);
    }

    public string PublicKeyPem { get; }

    /// <summary>First 16 hexadecimal characters of the SHA-256 of the public key in DER.</summary>
    public string KeyId { get; }

    public static string KeyIdOf(ECDsa key) =>
        Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16];

    public SignedHead Sign(ChainHead head, DateTime atUtc)
    {
        var statement = CanonicalJson.WriteExact(new JsonObject
        {
            ["schema"] = "runbooks.audit-head/v1",
            ["chain"] = head.Chain,
            ["sequence"] = head.Sequence,
            ["hash"] = head.Hash,
            ["at"] = AuditTime.Write(atUtc),
            ["keyId"] = KeyId,
        });
        var signature = _key.SignData(
            Encoding.UTF8.GetBytes(statement), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return new SignedHead(statement, signature);
    }

    public void Dispose() => _key.Dispose();
}
