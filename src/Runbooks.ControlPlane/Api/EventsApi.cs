using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Security;

namespace Runbooks.ControlPlane.Api;

public sealed record EventView(
    long Seq, DateTime At, string Kind, string Subject, string? Run, string? Site, string? Group, JsonNode Data);

/// <summary>Server-sent events out of the durable event table; <c>Last-Event-ID</c> resumes without a gap.</summary>
internal static class EventsApi
{
    private const int Batch = 500;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // Proxies close silent streams after 30 to 60 s.
    private static readonly TimeSpan KeepAliveEvery = TimeSpan.FromSeconds(10);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/events", All).WithTags("events").Produces<string>(200, "text/event-stream")
            .Allow(Access.Read, "streamEvents", "Everything that happens, from now or from Last-Event-ID on.");
        api.MapGet("/runs/{run}/events", OfRun).WithTags("runs").Produces<string>(200, "text/event-stream")
            .Allow(Access.Read, "streamRunEvents", "One run's events, from its beginning or from Last-Event-ID on.");
    }

    private static ServerSentEventsResult<EventView> All(EventLog log, EventPulse pulse, Call call, HttpContext context) =>
        Stream(log, pulse, null, Resume(context), call, context);

    private static ServerSentEventsResult<EventView> OfRun(
        string run, EventLog log, EventPulse pulse, Call call, HttpContext context) =>
        Stream(log, pulse, run, Resume(context) ?? 0, call, context);

    private static ServerSentEventsResult<EventView> Stream(
        EventLog log, EventPulse pulse, string? run, long? after, Call call, HttpContext context)
    {
        context.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(
            ReadAsync(log, pulse, run, after, call.Caller, StillThere(context), context.RequestAborted));
    }

    private static Func<Task<Caller?>> StillThere(HttpContext context)
    {
        var (sessions, tokens) = (
            context.RequestServices.GetRequiredService<SessionStore>(),
                context.RequestServices.GetRequiredService<TokenStore>());
        return () => AccessGate.FindAsync(context, tokens, sessions);
    }

    private static async IAsyncEnumerable<SseItem<EventView>> ReadAsync(
        EventLog log, EventPulse pulse, string? run, long? after, Caller caller, Func<Task<Caller?>> again,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        var groups = caller.ReadableGroups();
        var seq = after ?? await log.LastAsync(cancel);
        if (after is { } asked && run is null && asked > 0 && await log.FirstAsync(cancel) is var first && first > asked + 1)
        {
            // What was missed is no longer kept: the client must read its views again.
            yield return Item(new EventView(first - 1, DateTime.UtcNow, "stream.gap", "events", null, null, null, new JsonObject()));
            seq = first - 1;
        }

        // Sent at once, so that a client knows that it is connected and from where it would resume.
        yield return Item(new EventView(seq, DateTime.UtcNow, "stream.opened", "events", null, null, null, new JsonObject()));
        var (silentSince, knownSince) = (TimeProvider.System.GetTimestamp(), TimeProvider.System.GetTimestamp());
        var isChanged = false;
        while (true)
        {
            var next = pulse.Next;
            if (isChanged || TimeProvider.System.GetElapsedTime(knownSince) > KeepAliveEvery)
            {
                // A stream may live for days: who was signed out or lost every role hears no more.
                if (await again() is not { Bindings.Count: > 0 } still)
                {
                    yield break;
                }

                (groups, knownSince, isChanged) = (still.ReadableGroups(), TimeProvider.System.GetTimestamp(), false);
            }

            var found = await log.AfterAsync(seq, run, groups, Batch, cancel);
            foreach (var happened in found)
            {
                seq = happened.Seq;
                yield return Item(new EventView(
                    happened.Seq, happened.At, happened.Kind, happened.Subject, happened.Run, happened.Site, happened.Grp,
                    JsonNode.Parse(happened.Data)!));
                if (happened.Kind == UsersApi.Changed && happened.Subject == caller.UserId)
                {
                    // What was taken away is taken away now: the rest of the batch is read again with what is left.
                    isChanged = true;
                    break;
                }
            }

            if (found.Count > 0)
            {
                silentSince = TimeProvider.System.GetTimestamp();
                continue;
            }

            if (TimeProvider.System.GetElapsedTime(silentSince) > KeepAliveEvery)
            {
                silentSince = TimeProvider.System.GetTimestamp();
                yield return Item(new EventView(seq, DateTime.UtcNow, "stream.alive", "events", null, null, null, new JsonObject()));
            }

            await Task.WhenAny(next, Task.Delay(LookEvery, cancel));
            cancel.ThrowIfCancellationRequested();
        }
    }

    private static SseItem<EventView> Item(EventView view) => new(view, "message") { EventId = view.Seq.ToString() };

    private static long? Resume(HttpContext context)
    {
        var text = context.Request.Headers["Last-Event-ID"].ToString();
        if (text.Length == 0)
        {
            text = context.Request.Query["lastEventId"].ToString();
        }

        return text.Length == 0 ? null : long.TryParse(text, out var seq) && seq >= 0
            ? seq
            : throw ApiRefusals.Field("Last-Event-ID", $"'{text}' is not the id of an event.", "Send the id of the last event you have.");
    }
}
