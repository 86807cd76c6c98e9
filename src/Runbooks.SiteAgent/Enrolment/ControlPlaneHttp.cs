using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Runbooks.BlockPath.Wan;
using Runbooks.Domain.Errors;

namespace Runbooks.SiteAgent.Enrolment;

/// <summary>HTTPS to the control planes: the private authority is the only root, our certificate is sent when we have one.</summary>
internal static class ControlPlaneHttp
{
    public static HttpClient Create(WanCredentials credentials, TimeSpan timeout) => new(new SocketsHttpHandler
    {
        ConnectTimeout = timeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificates = [credentials.Own],
            RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                IsFrom(credentials.Authority, certificate, errors),
        },
    })
    {
        Timeout = timeout,
    };

    /// <summary>For the first call: trusts exactly the authority (or server certificate) with this SHA-256 fingerprint.</summary>
    public static HttpClient CreatePinned(string fingerprint) => new(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                IsPinned(fingerprint, certificate, chain, errors),
        },
    })
    {
        Timeout = TimeSpan.FromSeconds(30),
    };

    /// <summary>Reads an answer; a problem document becomes a refusal, a server failure a fault.</summary>
    public static async Task<Outcome<T>> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancel)
    {
        if (answer.IsSuccessStatusCode)
        {
            return (await answer.Content.ReadFromJsonAsync<T>(cancel))!;
        }

        var text = await answer.Content.ReadAsStringAsync(cancel);
        if ((int)answer.StatusCode >= 500)
        {
            throw new Fault(
                FaultSide.Network, "control-plane", $"The control plane answered {(int)answer.StatusCode}: {text}", isTransient: true);
        }

        try
        {
            var problem = JsonSerializer.Deserialize<JsonElement>(text);
            return new Refusal(
                Text(problem, "code") ?? "RB-AGENT-012",
                Text(problem, "title") ?? Text(problem, "message") ?? "The control plane refuses.",
                Text(problem, "cause") ?? Text(problem, "detail") ?? text,
                Text(problem, "correction") ?? "See the control plane's log.");
        }
        catch (JsonException)
        {
            return new Refusal(
                "RB-AGENT-012", "The control plane refuses.", $"{(int)answer.StatusCode}: {text}", "Check the address.");
        }
    }

    private static string? Text(JsonElement problem, string name) =>
        problem.ValueKind == JsonValueKind.Object
        && problem.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    // The name must fit as well: an agent's certificate of the same authority must not pass for a control plane.
    /// <summary>True for a server certificate of the private authority whose name fits.</summary>
    public static bool IsFrom(X509Certificate2 authority, X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return false;
        }

        using var leaf = new X509Certificate2(certificate);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(leaf);
    }

    private static bool IsPinned(string fingerprint, X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return false;
        }

        using var leaf = new X509Certificate2(certificate);
        if (Matches(leaf, fingerprint))
        {
            return true;
        }

        var offered = sent?.ChainPolicy.ExtraStore.Concat(sent.ChainElements.Select(e => e.Certificate)) ?? [];
        var root = offered.FirstOrDefault(c => Matches(c, fingerprint));
        return root is not null && IsFrom(root, leaf, errors);
    }

    private static bool Matches(X509Certificate2 certificate, string fingerprint) => string.Equals(
        Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256)),
        fingerprint.Replace(":", string.Empty, StringComparison.Ordinal),
        StringComparison.OrdinalIgnoreCase);
}
