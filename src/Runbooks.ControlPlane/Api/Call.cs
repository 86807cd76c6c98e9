using System.Security.Cryptography;
using System.Text;
using Runbooks.Audit;
using Runbooks.ControlPlane.Security;
using Runbooks.Domain.States;

namespace Runbooks.ControlPlane.Api;

/// <summary>One request: who calls, and the ids of what it makes.</summary>
/// <remarks>
/// Ids are a function of caller and Idempotency-Key, so a request that is repeated after a crash makes the same rows,
/// the same audit record and the same run as the first time, and the inserts of the second time find them there.
/// </remarks>
public sealed class Call
{
    private Caller? _caller;
    private AccessRequirement _requirement = AccessRequirement.Open;

    public Guid Request { get; private set; } = Guid.CreateVersion7();

    public string? IdempotencyKey { get; private set; }

    public Caller Caller => _caller ?? throw new InvalidOperationException("This endpoint has no caller.");

    public bool IsAuthenticated => _caller is not null;

    public AuditActor Actor => Caller.Actor(_requirement.IsOpen
        ? null
        : Caller.Bindings.Select(b => (AccessRole?)b.Role).FirstOrDefault(r => _requirement.Roles.Contains(r!.Value)));

    public void Authenticated(Caller caller, AccessRequirement requirement) =>
        (_caller, _requirement) = (caller, requirement);

    public void Keyed(string key)
    {
        IdempotencyKey = key;
        Request = GuidOf($"{_caller?.UserId}\n{key}");
    }

    /// <summary>An id with the glossary's prefix; the same for the same request and <paramref name="part"/>.</summary>
    public string NewId(string prefix, string part = "") =>
        prefix + GuidOf($"{Request:N}\n{prefix}\n{part}").ToString("N");

    public AuditEntry Audit(string kind, string subjectType, string subjectId) =>
        new(kind, Actor, new AuditSubject(subjectType, subjectId))
        {
            Id = NewId("aud_", kind + subjectId),
            Correlation = Request.ToString("N"),
        };

    /// <summary>Refuses unless the role that opened this endpoint also covers the site and group.</summary>
    public void RequireScope(string? site, string? group, string what)
    {
        if (!Caller.Covers(_requirement.Roles, site, group))
        {
            throw ApiRefusals.Scope(what);
        }
    }

    private static Guid GuidOf(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
