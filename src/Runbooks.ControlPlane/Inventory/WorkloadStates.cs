namespace Runbooks.ControlPlane.Inventory;

/// <summary>The labels of workloads and groups.</summary>
internal static class WorkloadStates
{
    /// <summary>Red first: the order in which states need a person.</summary>
    public static readonly string[] WorstFirst =
        ["setup-failed", "not-protected", "degraded", "unknown", "unprotecting", "unprotected", "catching-up",
            "setting-up", "protected"];
}
