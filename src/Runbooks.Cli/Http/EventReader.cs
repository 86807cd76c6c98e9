using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Runbooks.Cli.Http;

/// <summary>
/// The event stream across lost connections: after each loss it asks for what follows the last event it has, at the
/// next control plane that
/// answers. The stream is durable, so nothing is missed and nothing comes twice.
/// </summary>
internal sealed class EventReader(ApiClient client, string path, Action<string> say)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    // The server says something every 10 s; three times that without a word is a dead connection that TCP has not
    // noticed.
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(30);

    public async IAsyncEnumerable<JsonObject> ReadAsync(string? after,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = after;
        while (!cancellationToken.IsCancellationRequested)
        {
            await using var events = OnceAsync(last, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await NextAsync(events, cancellationToken))
            {
                var (id, data) = events.Current;
                last = id ?? last;
                yield return data;
            }

            await Task.Delay(Again, cancellationToken);
        }
    }

    private async Task<bool> NextAsync(IAsyncEnumerator<(string? Id, JsonObject Data)> events,
        CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException or ApiException { Status: 0 or 503 }
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            say($"the stream was lost ({e.Message.Split('\n')[0]}); resuming after the last event");
            return false;
        }
    }

    private async IAsyncEnumerable<(string? Id, JsonObject Data)> OnceAsync(
        string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(SilenceMax);
        using var answer = await client.StreamAsync(path, after, silence.Token);
        await using var stream = await answer.Content.ReadAsStreamAsync(silence.Token);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(silence.Token))
        {
            silence.CancelAfter(SilenceMax);
            yield return (item.EventId, JsonNode.Parse(item.Data) as JsonObject
                ?? throw new JsonException("An event of the stream is not an object."));
        }
    }
}
