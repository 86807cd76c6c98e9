using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Runbooks.Domain.Text;

namespace Runbooks.Audit;

/// <summary>A head with the signature of the control plane over it.</summary>
/// <param name="Statement">Canonical JSON of chain, sequence, hash, time and key id: exactly the bytes signed.</param>
/// <param name="Signature">ECDSA P-256 over SHA-256, DER (RFC 3279), the form <c>openssl dgst -verify</c>
/// reads.</param>
public sealed record SignedHead(string Statement, byte[] Signature)
{
    public string Chain => Field("chain");

    public long Sequence => (long)JsonNode.Parse(Statement)!["sequence"]!;

    public string Hash => Field("hash");

    public string KeyId => Field("keyId");

    public string At => Field("at");

    public bool VerifiesWith(ECDsa publicKey) => publicKey.VerifyData(
        Encoding.UTF8.GetBytes(Statement), Signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>One line of the append-only head file and of an export's heads.</summary>
    public string ToLine() => CanonicalJson.WriteExact(new JsonObject
    {
        ["signature"] = Convert.ToBase64String(Signature),
        ["statement"] = Statement,
    });

    public static SignedHead FromLine(string line)
    {
        var node = JsonNode.Parse(line) ?? throw new FormatException("An empty line is not a signed head.");
        return new SignedHead((string)node["statement"]!, Convert.FromBase64String((string)node["signature"]!));
    }

    private string Field(string name) => (string)JsonNode.Parse(Statement)![name]!;
}
