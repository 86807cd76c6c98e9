using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Runbooks.BlockPath.Wan;
using Runbooks.Domain.Agents;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.SiteAgent.Host;

namespace Runbooks.SiteAgent.Enrolment;

/// <summary>
/// The agent's key, certificate, trusted authority and control-plane addresses, as PEM and JSON files of mode 0600.
/// </summary>
/// <remarks>
/// A renewal writes a new key and certificate into one new folder and renames it over the old link target by name: a crash leaves
/// either pair whole, because both are in one file (certificate first, then key).
/// </remarks>
internal sealed class CredentialStore
{
    private const string PairFile = "agent.pem";
    private const string AuthorityFile = "authority.pem";
    private const string AddressesFile = "control-plane.json";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string folder;
    private volatile WanCredentials current;

    private CredentialStore(string folder, WanCredentials current, EnrolledAddresses addresses)
    {
        this.folder = folder;
        this.current = current;
        Addresses = addresses;
    }

    public WanCredentials Current => current;

    public EnrolledAddresses Addresses { get; private set; }

    /// <summary>The site named by the certificate.</summary>
    public Outcome<SiteId> Site
    {
        get
        {
            foreach (var uri in WanCredentials.UrisOf(current.Own))
            {
                if (AgentIdentity.TryParse(uri, out var site))
                {
                    return site;
                }
            }

            return new Refusal(
                "RB-AGENT-111",
                "The stored certificate names no site.",
                $"'{Path.Combine(folder, PairFile)}' has no {AgentIdentity.UriPrefix} name.",
                "Remove the credentials folder and join again.");
        }
    }

    /// <summary>Opens what an earlier join stored; null when this agent never joined.</summary>
    public static CredentialStore? Open(string folder)
    {
        if (!File.Exists(Path.Combine(folder, PairFile)))
        {
            return null;
        }

        var addresses = JsonSerializer.Deserialize<EnrolledAddresses>(
            File.ReadAllText(Path.Combine(folder, AddressesFile)), JsonSerializerOptions.Web)!;
        return new CredentialStore(folder, Load(folder), addresses);
    }

    /// <summary>Stores an answer of the control plane together with the key it was asked for.</summary>
    public static CredentialStore Store(string folder, ECDsa key, EnrolAnswer answer)
    {
        Directory.CreateDirectory(folder, Private | UnixFileMode.UserExecute);
        DurableText.Replace(Path.Combine(folder, AuthorityFile), answer.AuthorityPem, Private);
        var addresses = new EnrolledAddresses(answer.ControlPlanes, answer.EngineAddress, answer.EngineNamespace);
        DurableText.Replace(
            Path.Combine(folder, AddressesFile), JsonSerializer.Serialize(addresses, JsonSerializerOptions.Web),
            Private);
        DurableText.Replace(
            Path.Combine(folder, PairFile), answer.CertificatePem + key.ExportPkcs8PrivateKeyPem() + "\n", Private);
        return new CredentialStore(folder, Load(folder), addresses);
    }

    /// <summary>Takes over what another store object has stored (a renewal).</summary>
    public void Adopt(CredentialStore renewed)
    {
        current = renewed.current;
        Addresses = renewed.Addresses;
    }

    public string Folder => folder;

    private static WanCredentials Load(string folder)
    {
        var pem = File.ReadAllText(Path.Combine(folder, PairFile));
        using var ephemeral = X509Certificate2.CreateFromPem(pem, pem);
        // SslStream wants a key it can hand to OpenSSL; a round trip through PKCS #12 in memory gives it one.
        var own = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
        return new WanCredentials(
            own, X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(folder, AuthorityFile))));
    }
}

/// <summary>Where the control plane and the engine are, as last told.</summary>
internal sealed record EnrolledAddresses(
    IReadOnlyList<string> ControlPlanes, string EngineAddress, string EngineNamespace);
