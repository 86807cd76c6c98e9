using Runbooks.ControlPlane.Agents;

namespace Runbooks.ControlPlane.Inventory;

/// <param name="Severity">blocks (a failover would not work, or nobody knows) or warns.</param>
/// <param name="Code">Kebab-case and stable, for programs.</param>
/// <param name="Subject">The workload, site, volume or run it is about.</param>
public sealed record ReadinessReason(string Severity, string Code, string Subject, string Text, string Correction);

/// <param name="State">ready, warnings or not-ready.</param>
public sealed record ReadinessView(string State, IReadOnlyList<ReadinessReason> Reasons);

/// <summary>What is known of a group when its readiness is judged.</summary>
public sealed record ReadinessFacts(
    IReadOnlyList<WorkloadView> Workloads, IReadOnlyDictionary<string, SiteReport> Sites,
    IReadOnlyDictionary<string, double> CertificateDays, bool HasFailoverRunbook, DateTime? LastDrillAt,
        bool? LastDrillPassed,
    int DrillEveryDays, int OpenConflicts, DateTime Now);
