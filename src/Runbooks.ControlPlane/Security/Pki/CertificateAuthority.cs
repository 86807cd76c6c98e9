using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Runbooks.Domain.Agents;
using Runbooks.Domain.Ids;

namespace Runbooks.ControlPlane.Security.Pki;

/// <summary>The product's private authority: made at the first start, it signs the control plane and every site agent.</summary>
/// <remarks>
/// Lives in <c>DATA/pki</c>: <c>ca.crt</c> is public, <c>ca.key</c> is sealed with the envelope key. Two control planes
/// of one installation share the folder's content. A certificate says who one is, never what one may do: what a site may
/// ask for is decided per request, and a serial number on the deny list is refused however long it is still valid.
/// </remarks>
public sealed class CertificateAuthority : IDisposable
{
    private const string Purpose = "certificate authority";
    private static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(3650);
    private static readonly TimeSpan ServerLife = TimeSpan.FromDays(90);

    // Clocks of sites differ; a certificate that is "not yet valid" at an agent would cut it off for nothing.
    private static readonly TimeSpan ClockMargin = TimeSpan.FromHours(1);

    private readonly TimeProvider _clock;
    private readonly X509Certificate2 _root;
    private readonly ECDsa _key;

    private CertificateAuthority(TimeProvider clock, X509Certificate2 root, ECDsa key)
    {
        _clock = clock;
        _root = root;
        _key = key;
        RootPem = root.ExportCertificatePem() + "\n";
    }

    public string RootPem { get; }

    public X509Certificate2 Root => _root;

    public DateTimeOffset NotAfter => _root.NotAfter;

    public static CertificateAuthority LoadOrCreate(string folder, EnvelopeKey envelope, TimeProvider clock)
    {
        var (certificatePath, keyPath) = (Path.Combine(folder, "ca.crt"), Path.Combine(folder, "ca.key"));
        if (!File.Exists(keyPath))
        {
            Create(certificatePath, keyPath, envelope, clock.GetUtcNow());
        }

        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(envelope.Open(File.ReadAllBytes(keyPath), Purpose), out _);
        return new CertificateAuthority(clock, X509CertificateLoader.LoadCertificateFromFile(certificatePath), key);
    }

    /// <summary>Signs a certificate for a site's agent over the public key of its request, and nothing else of it.</summary>
    /// <exception cref="CryptographicException">The request is unreadable, or is not signed with its own key.</exception>
    public X509Certificate2 SignAgent(string requestPem, SiteId site, TimeSpan life)
    {
        var asked = CertificateRequest.LoadSigningRequestPem(requestPem, HashAlgorithmName.SHA256);
        using var publicKey = asked.PublicKey.GetECDsaPublicKey();
        if (publicKey is not { KeySize: 256 })
        {
            throw new CryptographicException("The certificate request is not for an ECDSA P-256 key.");
        }

        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(AgentIdentity.UriOf(site)));
        return Sign(
            new CertificateRequest(
                new X500DistinguishedName($"CN={site},O=Runbooks site agent"), asked.PublicKey, HashAlgorithmName.SHA256),
            names, life);
    }

    /// <summary>A fresh key and certificate for the control plane's own listeners.</summary>
    public X509Certificate2 IssueServer(IEnumerable<string> hosts)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(AgentIdentity.ControlPlaneUri));
        foreach (var host in hosts.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        var request = new CertificateRequest("CN=Runbooks control plane", key, HashAlgorithmName.SHA256);
        using var signed = Sign(request, names, ServerLife);
        using var withKey = signed.CopyWithPrivateKey(key);
        // The TLS stack wants a key it can use from a store of its own; PKCS #12 in memory gives it one.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>True when the certificate was signed by this authority and is in its validity time.</summary>
    public bool Trusts(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_root);
        // Revocation is our own deny list: the authority publishes no list that the platform could fetch.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = _clock.GetUtcNow().UtcDateTime;
        return chain.Build(certificate);
    }

    public void Dispose()
    {
        _root.Dispose();
        _key.Dispose();
    }

    private static void Create(string certificatePath, string keyPath, EnvelopeKey envelope, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Runbooks private authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var root = request.CreateSelfSigned(now - ClockMargin, now + AuthorityLife);
        // Certificate first: the key's file is what says that the authority exists.
        KeyFile.Write(certificatePath, System.Text.Encoding.ASCII.GetBytes(root.ExportCertificatePem() + "\n"));
        KeyFile.Write(keyPath, envelope.Seal(key.ExportPkcs8PrivateKey(), Purpose));
    }

    private X509Certificate2 Sign(CertificateRequest request, SubjectAlternativeNameBuilder names, TimeSpan life)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_root, true, false));
        var now = _clock.GetUtcNow();
        var notAfter = now + life < NotAfter ? now + life : NotAfter;
        return request.Create(
            _root.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), now - ClockMargin, notAfter,
            RandomNumberGenerator.GetBytes(16));
    }
}
