using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Security.Pki;
using Runbooks.Testing.Postgres;

namespace Runbooks.Tests.Integration.ControlPlane;

/// <summary>A whole control plane on free ports with its own database, and clients for people and agents.</summary>
public sealed class ControlPlaneFixture : IAsyncDisposable
{
    private readonly List<HttpClient> _clients = [];

    private ControlPlaneFixture(ControlPlaneOptions options, ControlPlaneHost host, string adminToken)
    {
        Options = options;
        Host = host;
        AdminToken = adminToken;
        Admin = Person(adminToken);
    }

    public string AdminToken { get; }

    public ControlPlaneOptions Options { get; }

    public ControlPlaneHost Host { get; private set; }

    /// <summary>The first administrator; has every role.</summary>
    public HttpClient Admin { get; private set; }

    public T Get<T>()
        where T : notnull => Host.App.Services.GetRequiredService<T>();

    public static async Task<ControlPlaneFixture> StartAsync(
        Func<ControlPlaneOptions, ControlPlaneOptions>? change = null)
    {
        var options = new ControlPlaneOptions
        {
            Data = Directory.CreateTempSubdirectory("rb-cp-").FullName,
            Postgres = await TestPostgres.NewDatabaseAsync(),
            Roles = ControlPlaneRoles.Api,
            ApiListen = ListenAddress.Parse("127.0.0.1:0"),
            AgentListen = ListenAddress.Parse("127.0.0.1:0"),
            EngineListen = null,
        };
        options = change?.Invoke(options) ?? options;
        var host = await ControlPlaneHost.StartAsync(options);
        await host.App.Services.GetRequiredService<Leadership>().FirstTerm;
        var token = (await File.ReadAllTextAsync(ControlPlaneHost.AdminTokenFile(options))).Trim();
        return new ControlPlaneFixture(options, host, token);
    }

    public async Task RestartAsync()
    {
        await Host.DisposeAsync();
        Host = await ControlPlaneHost.StartAsync(Options);
        await Get<Leadership>().FirstTerm;
        Admin = Person((await File.ReadAllTextAsync(ControlPlaneHost.AdminTokenFile(Options))).Trim());
    }

    public HttpClient Person(string? token)
    {
        var client = new HttpClient { BaseAddress = new Uri(Host.Addresses.Api) };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        _clients.Add(client);
        return client;
    }

    /// <summary>A new user with these roles, by name ("operator", or "operator@group:payments").</summary>
    public async Task<HttpClient> PersonAsync(string name, params string[] roles)
    {
        var bindings = roles.Select(r =>
        {
            var parts = r.Split('@', ':');
            return new { role = parts[0], group = parts.Length > 1 ? parts[2] : null };
        });
        (await Admin.PostAsJsonAsync("/api/v1/users", new { name, roles = bindings })).EnsureSuccessStatusCode();
        var made = await Admin.PostAsJsonAsync("/api/v1/tokens", new { name = "test", user = name });
        made.EnsureSuccessStatusCode();
        return Person((string)(await made.Content.ReadFromJsonAsync<JsonNode>())!["token"]!);
    }

    public HttpClient Agent(X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { Get<CertificateAuthority>().Root },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
                ClientCertificates = certificate is null ? null : [certificate],
                LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
            },
        };
        var client = new HttpClient(handler) { BaseAddress = new Uri(Host.Addresses.Agent) };
        _clients.Add(client);
        return client;
    }

    public static string RequestPem(ECDsa key) =>
        new CertificateRequest("CN=whatever", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    /// <summary>Makes the site unless it exists, enrols, and gives the agent's certificate with its key.</summary>
    public async Task<X509Certificate2> EnrolAsync(string site, bool replace = false)
    {
        var made = await Admin.PostAsJsonAsync("/api/v1/sites", new { id = site });
        if (made.StatusCode != HttpStatusCode.Conflict)
        {
            made.EnsureSuccessStatusCode();
        }

        var token = await Admin.PostAsJsonAsync($"/api/v1/sites/{site}/join-tokens", new { replace });
        token.EnsureSuccessStatusCode();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var answer = await Agent(null).PostAsJsonAsync("/agent/v1/enrol", new
        {
            site, token = (string)(await token.Content.ReadFromJsonAsync<JsonNode>())!["token"]!,
            certificateRequestPem = RequestPem(key),
        });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var pem = (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["certificatePem"]!;
        using var certificate = X509Certificate2.CreateFromPem(pem).CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    public static object Report(string site, string instance = "i1", object[]? events = null) => new
    {
        instanceId = instance,
        status = new
        {
            site, agentVersion = "0.1.0", at = DateTimeOffset.UtcNow, startedAt = DateTimeOffset.UtcNow,
            nbdAddress = "127.0.0.1:10809", wanAddress = "127.0.0.1:7790", freeBytes = 1L << 40, volumes = Array.Empty<object>(),
        },
        events = events ?? [],
        clusterEpoch = 0,
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await Host.DisposeAsync();
        Directory.Delete(Options.Data, recursive: true);
    }
}

internal static class Answers
{
    public static async Task<JsonNode> JsonAsync(this HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

    public static async Task<JsonNode> OkAsync(this Task<HttpResponseMessage> request)
    {
        var answer = await request;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    /// <summary>Requires a problem document with this status and code, and gives it.</summary>
    public static async Task<JsonNode> RefusedAsync(this Task<HttpResponseMessage> request, int status, string code)
    {
        var answer = await request;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode} {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(text)!;
        Assert.Equal(code, (string)problem["code"]!);
        Assert.Equal($"urn:runbooks:problem:{code}", (string)problem["type"]!);
        Assert.NotEmpty((string)problem["cause"]!);
        Assert.NotEmpty((string)problem["correction"]!);
        Assert.NotEmpty((string)problem["traceId"]!);
        return problem;
    }

    public static Task<HttpResponseMessage> PostAsync(
        this HttpClient client, string path, object body, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return client.SendAsync(request);
    }
}
