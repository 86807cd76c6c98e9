using System.Text.Json.Nodes;
using Runbooks.Domain.Text;

namespace Runbooks.Audit;

/// <summary>Who did it. A human's statement is <c>asserted</c>; what a machine saw itself is <c>observed</c>.</summary>
/// <param name="Kind">human, machine or system.</param>
/// <param name="Id">User id, agent's site id, or the component's name.</param>
/// <param name="Name">The name shown; a user may be renamed, the record may not.</param>
/// <param name="Role">The role that permitted it, when one was needed.</param>
/// <param name="Origin">Network address of the caller, when there was one.</param>
public sealed record AuditActor(
    string Kind, string Id, string? Name = null, string? Role = null, string? Origin = null)
{
    public static AuditActor System(string component) => new("system", component);

    public static AuditActor Machine(string id) => new("machine", id);
}

/// <summary>The thing acted on.</summary>
public sealed record AuditSubject(string Type, string Id);

/// <summary>What is to be recorded; sequence, time and hash are given by the chain when it is appended.</summary>
public sealed record AuditEntry(string Kind, AuditActor Actor, AuditSubject Subject)
{
    /// <summary>Made by the client, so that a write whose outcome is unknown can be repeated safely.</summary>
    public string Id { get; init; } = $"aud_{Guid.CreateVersion7():N}";

    public string? Run { get; init; }

    public string? Site { get; init; }

    public string? Group { get; init; }

    /// <summary>success, failure or refused.</summary>
    public string Outcome { get; init; } = "success";

    public string? Reason { get; init; }

    public string? Correlation { get; init; }

    public IReadOnlyList<string> Frameworks { get; init; } = [];

    public JsonObject Data { get; init; } = [];

    /// <summary>The canonical record of this entry at its place in the chain.</summary>
    public string Canonical(string chain, long sequence, DateTime atUtc)
    {
        var actor = new JsonObject { ["kind"] = Actor.Kind, ["id"] = Actor.Id };
        AddText(actor, "name", Actor.Name);
        AddText(actor, "role", Actor.Role);
        AddText(actor, "origin", Actor.Origin);
        var record = new JsonObject
        {
            ["schema"] = AuditChain.SchemaName,
            ["chain"] = chain,
            ["sequence"] = sequence,
            ["id"] = Id,
            ["at"] = AuditTime.Write(atUtc),
            ["kind"] = Kind,
            ["actor"] = actor,
            ["basis"] = Actor.Kind == "human" ? "asserted" : "observed",
            ["subject"] = new JsonObject { ["type"] = Subject.Type, ["id"] = Subject.Id },
            ["outcome"] = Outcome,
            ["data"] = Data.DeepClone(),
        };
        AddText(record, "run", Run);
        AddText(record, "site", Site);
        AddText(record, "group", Group);
        AddText(record, "reason", Reason);
        AddText(record, "correlation", Correlation);
        if (Frameworks.Count > 0)
        {
            record["frameworks"] = new JsonArray([.. Frameworks.Select(f => JsonValue.Create(f))]);
        }

        return CanonicalJson.WriteExact(record);
    }

    private static void AddText(JsonObject target, string name, string? value)
    {
        if (value is not null)
        {
            target[name] = value;
        }
    }
}
