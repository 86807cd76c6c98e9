using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Runbooks.Cli.Http;

/// <summary>The REST API. Every POST has an idempotency key, so a command that is repeated after a lost answer does
/// nothing twice.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient http;
    private readonly Context context;
    private int first;

    public ApiClient(Context context)
    {
        this.context = context;
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(3), UseProxy = false };
        if (context.Authority is { } authority)
        {
            // The product makes its own certificate authority; only that one is trusted then.
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(authority) },
                RevocationMode = X509RevocationMode.NoCheck,
            };
        }

        http = new HttpClient(handler)
        {
            Timeout = TimeSpan.FromMinutes(5),
        };
    }

    /// <summary>The address that answered last.</summary>
    public string Address => context.Addresses[first];

    public Task<JsonNode?> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, null, cancellationToken);

    public Task<JsonNode?> PostAsync(string path, JsonNode? body, CancellationToken cancellationToken,
        string? key = null) =>
        SendAsync(HttpMethod.Post, path, body, key ?? Guid.NewGuid().ToString("n"), cancellationToken);

    /// <summary>One request to the first address that answers; a dead first address is remembered.</summary>
    public async Task<JsonNode?> SendAsync(
        HttpMethod method, string path, JsonNode? body, string? key, CancellationToken cancellationToken,
            string? ifMatch = null)
    {
        var text = await SendTextAsync(method, path, body?.ToJsonString(), "application/json", key, cancellationToken,
            ifMatch);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    public async Task<string> SendTextAsync(
        HttpMethod method,
        string path,
        string? body,
        string contentType,
        string? key,
        CancellationToken cancellationToken,
        string? ifMatch = null)
    {
        using var answer = await OpenAsync(
            address => Request(method, address, path, body, contentType, key, ifMatch),
            HttpCompletionOption.ResponseContentRead,
            cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }

    public async Task<byte[]> DownloadAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await OpenAsync(
            address => Request(HttpMethod.Get, address, path, null, string.Empty, null, null),
            HttpCompletionOption.ResponseContentRead,
            cancellationToken);
        return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>A resource and its entity tag, for a change that must not overwrite somebody else's.</summary>
    public async Task<(JsonObject Answer, string? Tag)> GetTaggedAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await OpenAsync(
            address => Request(HttpMethod.Get, address, path, null, string.Empty, null, null),
            HttpCompletionOption.ResponseContentRead,
            cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return (JsonNode.Parse(text)!.AsObject(), answer.Headers.ETag?.ToString());
    }

    /// <summary>Opens an event stream; the caller reads and disposes it.</summary>
    public Task<HttpResponseMessage> StreamAsync(string path, string? after, CancellationToken cancellationToken) =>
        OpenAsync(
        address =>
        {
            var request = Request(HttpMethod.Get, address, path, null, string.Empty, null, null);
            request.Headers.Accept.ParseAdd("text/event-stream");
            if (after is not null)
            {
                request.Headers.Add("Last-Event-ID", after);
            }

            return request;
        },
        HttpCompletionOption.ResponseHeadersRead,
        cancellationToken);

    public void Dispose() => http.Dispose();

    private HttpRequestMessage Request(
        HttpMethod method, string address, string path, string? body, string contentType, string? key, string? ifMatch)
    {
        var request = new HttpRequestMessage(method, new Uri(new Uri(address), path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", context.Token);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, contentType);
        }

        return request;
    }

    private async Task<HttpResponseMessage> OpenAsync(
        Func<string, HttpRequestMessage> request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        Exception? last = null;
        for (var i = 0; i < context.Addresses.Count; i++)
        {
            var at = (first + i) % context.Addresses.Count;
            try
            {
                using var message = request(context.Addresses[at]);
                var answer = await http.SendAsync(message, completion, cancellationToken);
                first = at;
                if (answer.IsSuccessStatusCode)
                {
                    return answer;
                }

                using (answer)
                {
                    var refused = ApiException.From((int)answer.StatusCode,
                        await answer.Content.ReadAsStringAsync(cancellationToken));
                    if (refused.Status != 503 || context.Addresses.Count == 1)
                    {
                        throw refused;
                    }

                    // A passive control plane, or one that lost its database: another one may be active.
                    last = refused;
                }
            }
            catch (Exception e) when (e is HttpRequestException or SocketException
                || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                last = e;
            }
        }

        throw last as ApiException ?? NobodyAnswers(last);
    }

    private ApiException NobodyAnswers(Exception? last)
    {
        var correction = "start one with 'runbooks up', or name another with --api.";
        var cause = last?.Message;
        if (last?.InnerException is AuthenticationException untrusted)
        {
            cause = untrusted.Message;
            correction =
                "name the certificate authority of this control plane with --ca (its file pki/ca.crt), or check "
                + "the address.";
        }

        return new ApiException(
            0, null,
            $"No control plane answers at {string.Join(", ", context.Addresses)}.\n  Cause: {cause}\n"
            + $"  Correction: {correction}");
    }
}
