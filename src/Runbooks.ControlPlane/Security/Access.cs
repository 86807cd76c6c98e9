using Runbooks.Domain.States;

namespace Runbooks.ControlPlane.Security;

/// <summary>Which roles may do what. Endpoints name one of these; an endpoint without one is refused to everybody.</summary>
public static class Access
{
    /// <summary>Everybody with any role reads.</summary>
    public static readonly IReadOnlyList<AccessRole> Read = Enum.GetValues<AccessRole>();

    /// <summary>Starts, steers and answers runs; protects.</summary>
    public static readonly IReadOnlyList<AccessRole> Operate = [AccessRole.Operator];

    /// <summary>Approves what somebody else asked for.</summary>
    public static readonly IReadOnlyList<AccessRole> Approve = [AccessRole.Approver];

    /// <summary>Writes runbooks.</summary>
    public static readonly IReadOnlyList<AccessRole> Author = [AccessRole.Author];

    /// <summary>Describes what exists: workloads and groups.</summary>
    public static readonly IReadOnlyList<AccessRole> Describe = [AccessRole.Operator, AccessRole.Admin];

    /// <summary>Sites, users, tokens, settings.</summary>
    public static readonly IReadOnlyList<AccessRole> Administer = [AccessRole.Admin];

    /// <summary>Takes the audit away as a bundle.</summary>
    public static readonly IReadOnlyList<AccessRole> ExportAudit = [AccessRole.Auditor, AccessRole.Admin];

    /// <summary>Answers a running step's question; the question itself names the role it needs.</summary>
    public static readonly IReadOnlyList<AccessRole> Answer = [AccessRole.Operator, AccessRole.Approver];
}
