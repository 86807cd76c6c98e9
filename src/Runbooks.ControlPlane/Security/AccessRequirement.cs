using Runbooks.Domain.States;

namespace Runbooks.ControlPlane.Security;

/// <summary>Endpoint metadata: the roles of which a caller needs one; empty for endpoints open to everybody.</summary>
public sealed record AccessRequirement(IReadOnlyList<AccessRole> Roles)
{
    public static readonly AccessRequirement Open = new([]);

    public bool IsOpen => Roles.Count == 0;
}
