using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Runbooks.Cli.Http;

/// <summary>The REST API. Every POST has an idempotency key, so a command that is repeated after a lost answer does nothing twice.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient http;
    private readonly Context context;
    private int first;

    public ApiClient(Context context)
    {
        this.context = context;
        http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(3), UseProxy = false })
        {
            Timeout = TimeSpan.FromMinutes(5),
        };
    }

    public Task<JsonNode?> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, null, cancellationToken);

    public Task<JsonNode?> PostAsync(string path, JsonNode? body, CancellationToken cancellationToken, string? key = null) =>
        SendAsync(HttpMethod.Post, path, body, key ?? Guid.NewGuid().ToString("n"), cancellationToken);

    /// <summary>One request to the first address that answers; a dead first address is remembered.</summary>
    public async Task<JsonNode?> SendAsync(
        HttpMethod method, string path, JsonNode? body, string? key, CancellationToken cancellationToken, string? ifMatch = null)
    {
        var text = await SendTextAsync(method, path, body?.ToJsonString(), "application/json", key, cancellationToken, ifMatch);
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
                    throw ApiException.From((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
                }
            }
            catch (Exception e) when (e is HttpRequestException or SocketException
                || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                last = e;
            }
        }

        throw new ApiException(
            0, null, $"No control plane answers at {string.Join(", ", context.Addresses)}: {last?.Message}\n  Correction: start it with 'runbooks up', or name another with --api.");
    }
}
