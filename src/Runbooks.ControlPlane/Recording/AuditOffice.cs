using System.Security.Cryptography;
using Runbooks.Audit;
using Runbooks.Audit.Bundle;
using Runbooks.ControlPlane.Security.Pki;

namespace Runbooks.ControlPlane.Recording;

/// <summary>Signs heads, keeps their file, verifies and exports the chain of this installation.</summary>
public sealed class AuditOffice(AuditReader reader, AuditWriter writer, HeadSigner signer, HeadFile file, TimeProvider clock)
    : IDisposable
{
    private const string KeyPurpose = "audit signing key";
    private readonly SemaphoreSlim _signing = new(1, 1);

    public static HeadSigner LoadOrCreateSigner(string folder, EnvelopeKey envelope)
    {
        var path = Path.Combine(folder, "audit.key");
        if (!File.Exists(path))
        {
            using var fresh = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            KeyFile.Write(path, envelope.Seal(fresh.ExportPkcs8PrivateKey(), KeyPurpose));
        }

        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(envelope.Open(File.ReadAllBytes(path), KeyPurpose), out _);
        return new HeadSigner(key);
    }

    /// <summary>Signs the present head unless it is signed already. File first: it is the copy nobody can edit with SQL.</summary>
    public async Task<SignedHead?> SignHeadAsync(CancellationToken cancel = default)
    {
        await _signing.WaitAsync(cancel);
        try
        {
            var head = await reader.HeadAsync(writer.Chain, cancel);
            var latest = await reader.LatestSignedHeadAsync(cancel);
            if (head is null || (latest is not null && latest.Sequence >= head.Sequence))
            {
                return latest;
            }

            var signed = signer.Sign(head, clock.GetUtcNow().UtcDateTime);
            file.Append(signed);
            await reader.RecordHeadAsync(signed, signer.PublicKeyPem, cancel);
            return signed;
        }
        finally
        {
            _signing.Release();
        }
    }

    /// <summary>Verifies the stored chain against the heads of the database and of the file together.</summary>
    public async Task<ChainVerification> VerifyAsync(CancellationToken cancel = default)
    {
        await SignHeadAsync(cancel);
        var heads = (await reader.SignedHeadsAsync(cancel)).Concat(file.Read()).DistinctBy(h => h.Statement);
        var keys = new Dictionary<string, ECDsa>();
        try
        {
            foreach (var (id, pem) in await KeysAsync(cancel))
            {
                var key = ECDsa.Create();
                key.ImportFromPem(pem);
                keys[id] = key;
            }

            // The pure verifier pulls records one by one; it has a thread of its own for as long as that takes.
            return await Task.Run(() => new ChainVerifier(heads, keys).Verify(reader.Entries()), cancel);
        }
        finally
        {
            foreach (var key in keys.Values)
            {
                key.Dispose();
            }
        }
    }

    public async Task<AuditBundle> ExportAsync(CancellationToken cancel = default)
    {
        var head = await SignHeadAsync(cancel)
            ?? throw new InvalidOperationException("There is no audit record to export yet.");
        var records = await Task.Run(() => reader.Entries(last: head.Sequence).ToList(), cancel);
        var heads = (await reader.SignedHeadsAsync(cancel)).Where(h => h.Sequence <= head.Sequence);
        return new AuditBundle(records, [.. heads], await KeysAsync(cancel));
    }

    public void Dispose() => _signing.Dispose();

    private async Task<IReadOnlyDictionary<string, string>> KeysAsync(CancellationToken cancel)
    {
        var keys = new Dictionary<string, string>(await reader.PublicKeysAsync(cancel))
        {
            [signer.KeyId] = signer.PublicKeyPem,
        };
        return keys;
    }
}
