using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Runbooks.Domain.Errors;

namespace Runbooks.SiteAgent.Admin;

/// <summary>Talks to a running agent through the socket in its data folder.</summary>
internal sealed class AdminClient : IDisposable
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly HttpClient http;

    public AdminClient(string dataFolder)
    {
        var path = SocketOf(dataFolder);
        http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            BaseAddress = new Uri("http://agent"),
            Timeout = TimeSpan.FromHours(24),
        };
    }

    public static string SocketOf(string dataFolder) => Path.Combine(Path.GetFullPath(dataFolder), "admin.sock");

    /// <summary>Sends a request; the answer or the agent's refusal.</summary>
    public async Task<Outcome<JsonElement>> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json),
        };
        try
        {
            using var answer = await http.SendAsync(request, cancel);
            var text = await answer.Content.ReadAsStringAsync(cancel);
            if (answer.IsSuccessStatusCode)
            {
                return JsonSerializer.Deserialize<JsonElement>(text);
            }

            return text.StartsWith('{') && JsonSerializer.Deserialize<Refusal>(text, Json) is { Code: not null } refusal
                ? refusal
                : new Refusal(
                    "RB-AGENT-106", $"The agent answered {(int)answer.StatusCode}.", text, "Look at the agent's log.");
        }
        catch (HttpRequestException e)
        {
            return new Refusal(
                "RB-AGENT-107",
                "The agent does not answer.",
                $"{SocketOf("DATA").Replace(Path.GetFullPath("DATA"), "DATA", StringComparison.Ordinal)}: {e.Message}",
                "Start it with 'run --data DIR', or name the folder it runs on with --data.");
        }
    }

    public void Dispose() => http.Dispose();
}
