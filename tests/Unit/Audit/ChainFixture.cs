using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Runbooks.Audit;

namespace Runbooks.Tests.Unit.Audit;

/// <summary>Five records, a signed head of the last one, and the key to check it with.</summary>
internal sealed class ChainFixture : IDisposable
{
    private static readonly DateTime Noon = new(2026, 1, 2, 12, 0, 0, DateTimeKind.Utc);

    public ChainFixture(int records = 5)
    {
        Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Signer = new HeadSigner(ECDsa.Create(Key.ExportParameters(includePrivateParameters: true)));
        var hash = AuditChain.Genesis;
        for (var n = 1; n <= records; n++)
        {
            var record = Entry(n).Canonical("cp_test", n, Noon.AddSeconds(n));
            hash = AuditChain.Next(hash, record);
            Entries.Add(new ChainEntry(n, record, hash));
        }

        Heads.Add(Signer.Sign(new ChainHead("cp_test", records, hash), Noon.AddMinutes(1)));
    }

    public ECDsa Key { get; }

    public HeadSigner Signer { get; }

    public List<ChainEntry> Entries { get; } = [];

    public List<SignedHead> Heads { get; } = [];

    public static AuditEntry Entry(int n) => new(
        "run.requested", new AuditActor("human", "usr_ada", "Ada", "operator", "192.0.2.7"), new AuditSubject("run", $"run_{n:d6}"))
    {
        Id = $"aud_{n:d6}",
        Run = $"run_{n:d6}",
        Reason = "Übung — \"quoted\"\n",
        Data = new JsonObject { ["sequence"] = n + 40, ["planHash"] = "abc" },
    };

    public ChainVerification Verify() =>
        new ChainVerifier(Heads, new Dictionary<string, ECDsa> { [Signer.KeyId] = Key }).Verify(Entries);

    public void Dispose()
    {
        Signer.Dispose();
        Key.Dispose();
    }
}
