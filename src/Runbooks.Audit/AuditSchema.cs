using System.Reflection;

namespace Runbooks.Audit;

/// <summary>Where the audit's numbered SQL migrations are embedded.</summary>
public static class AuditSchema
{
    public const string Room = "audit";

    public static Assembly Assembly => typeof(AuditSchema).Assembly;

    public const string ResourcePrefix = "Runbooks.Audit.Schema.";
}
