using Runbooks.Audit;
using Runbooks.Domain.States;

namespace Runbooks.ControlPlane.Security;

/// <summary>A role, at one site or for one group when those are named, else everywhere.</summary>
public sealed record RoleBinding(AccessRole Role, string? Site, string? Group);

/// <summary>What is known of the browser session a request came with.</summary>
/// <param name="Method">token, password or link: how it was signed in.</param>
public sealed record SessionFacts(
    string Id, string Method, DateTime CreatedAt, DateTime ExpiresAt, DateTime IdleExpiresAt, bool MustChangePassword);

/// <summary>Who calls: a user through one of their tokens, or in a browser's session.</summary>
/// <param name="TokenId">The token's id, or the session's.</param>
public sealed record Caller(string UserId, string Name, string TokenId, IReadOnlyList<RoleBinding> Bindings)
{
    public string? Origin { get; init; }

    /// <summary>Null for a bearer token.</summary>
    public SessionFacts? Session { get; init; }

    public bool HasAny(IEnumerable<AccessRole> roles) => Bindings.Any(b => roles.Contains(b.Role));

    /// <summary>True when some binding with one of the roles covers the thing: its site and its group.</summary>
    public bool Covers(IEnumerable<AccessRole> roles, string? site, string? group) => Bindings.Any(b =>
        roles.Contains(b.Role)
        && (b.Site is null || b.Site == site)
        && (b.Group is null || b.Group == group));

    /// <summary>Groups the caller may read; null means all.</summary>
    public IReadOnlyList<string>? ReadableGroups() => Bindings.Any(b => b.Group is null)
        ? null
        : [.. Bindings.Select(b => b.Group!).Distinct()];

    public AuditActor Actor(AccessRole? role = null) =>
        new("human", UserId, Name, role is { } used ? Domain.Text.KebabCase.Of(used) : null, Origin);
}
