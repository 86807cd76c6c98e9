using System.Text.Json.Nodes;

namespace Runbooks.ControlPlane.Events;

/// <summary>One thing that consoles should hear of. Kind is a past participle: <c>run.started</c>, <c>site.enrolled</c>.</summary>
public sealed record EventEntry(string Kind, string Subject)
{
    public string? Run { get; init; }

    public string? Site { get; init; }

    public string? Group { get; init; }

    public JsonObject Data { get; init; } = [];
}

/// <summary>An event as stored; <c>Seq</c> is what <c>Last-Event-ID</c> names.</summary>
public sealed record StoredEvent(
    long Seq, DateTime At, string Kind, string Subject, string? Run, string? Site, string? Grp, string Data);
