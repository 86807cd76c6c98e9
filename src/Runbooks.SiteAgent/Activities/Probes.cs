using System.Net.Sockets;
using Runbooks.Workflows.Sites;

namespace Runbooks.SiteAgent.Activities;

/// <summary>One TCP connect or HTTP GET.</summary>
internal static class Probes
{
    // Probes ask arbitrary addresses of the runbook: no redirects, no proxy, no cookies, a small answer.
    private static readonly HttpClient Http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.Zero,
    })
    {
        Timeout = TimeSpan.FromSeconds(5),
        MaxResponseContentBufferSize = 1 << 20,
    };

    /// <summary>Connects to <c>host:port</c> and hangs up.</summary>
    public static async Task<string> ConnectAsync(string address, TimeSpan within, CancellationToken cancellationToken)
    {
        var colon = address.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(address[(colon + 1)..], out var port))
        {
            throw new SocketException((int)SocketError.AddressNotAvailable);
        }

        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(within);
        try
        {
            await socket.ConnectAsync(address[..colon].Trim('[', ']'), port, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {within.TotalSeconds:0.#} s");
        }

        return $"connected to {socket.RemoteEndPoint}";
    }

    /// <summary>Asks once and compares status and body.</summary>
    public static async Task<string> GetAsync(ProbeRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(request.Target), cancellationToken);
            if ((int)answer.StatusCode != request.ExpectStatus)
            {
                throw new HttpRequestException($"status {(int)answer.StatusCode}, expected {request.ExpectStatus}");
            }

            var body = await answer.Content.ReadAsStringAsync(cancellationToken);
            return request.ExpectBody is null || body.Contains(request.ExpectBody, StringComparison.Ordinal)
                ? $"status {(int)answer.StatusCode}"
                : throw new HttpRequestException($"the body does not contain '{request.ExpectBody}'");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("no answer within 5 s");
        }
    }
}
