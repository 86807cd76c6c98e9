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

    /// <summary>
    /// For the first call: fetches the control plane's authority and keeps it only when it has this SHA-256 fingerprint. Nothing secret is sent
    /// before that, and everything after it is checked against that authority.
    /// </summary>
    public static async Task<X509Certificate2> FetchAuthorityAsync(Uri controlPlane, string fingerprint, CancellationToken cancel)
    {
#pragma warning disable CA5359 // What this one answer holds is checked by its fingerprint: a stranger's authority is thrown away below.
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        })
#pragma warning restore CA5359
        {
            Timeout = TimeSpan.FromSeconds(30),
            MaxResponseContentBufferSize = 64 * 1024,
        };
        var authority = X509Certificate2.CreateFromPem(await http.GetStringAsync(new Uri(controlPlane, "/agent/v1/authority"), cancel));
        if (Matches(authority, fingerprint))
        {
            return authority;
        }

        authority.Dispose();
        throw new HttpRequestException("Its authority has another fingerprint.");
    }

    /// <summary>HTTPS to a control plane of a known authority, before this agent has a certificate of its own.</summary>
    public static HttpClient CreateTrusting(X509Certificate2 authority) => new(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsFrom(authority, certificate, errors),
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
                Text(problem, "code") ?? "RB-AGENT-112",
                Text(problem, "title") ?? Text(problem, "message") ?? "The control plane refuses.",
                Text(problem, "cause") ?? Text(problem, "detail") ?? text,
                Text(problem, "correction") ?? "See the control plane's log.");
        }
        catch (JsonException)
        {
            return new Refusal(
                "RB-AGENT-112", "The control plane refuses.", $"{(int)answer.StatusCode}: {text}", "Check the address.");
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

    private static bool Matches(X509Certificate2 certificate, string fingerprint) => string.Equals(
        Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256)),
        fingerprint.Replace(":", string.Empty, StringComparison.Ordinal),
        StringComparison.OrdinalIgnoreCase);
}
