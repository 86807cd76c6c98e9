using Runbooks.Definitions.Kinds.Library;

namespace Runbooks.Definitions.Kinds;

/// <summary>Every step kind, by name. A kind is one file in <c>Library/</c> and one line here.</summary>
public static class StepLibrary
{
    /// <summary>All kinds, sorted by name.</summary>
    public static IReadOnlyList<StepKind> All { get; } =
    [
        ApprovalKind.Entry,
        ConditionKind.Entry,
        DelayKind.Entry,
        DrillIsolatedKind.Entry,
        GroupCatchUpKind.Entry,
        GroupCompareKind.Entry,
        GroupFailBackKind.Entry,
        GroupFailoverKind.Entry,
        GroupProtectKind.Entry,
        GroupReadinessKind.Entry,
        GroupReprotectKind.Entry,
        GroupStartWaveKind.Entry,
        GroupStopKind.Entry,
        GroupSwitchKind.Entry,
        HttpCallKind.Entry,
        ManualKind.Entry,
        NotifyKind.Entry,
        ProbeKind.Entry,
        RecoveryPointCreateKind.Entry,
        SiteConfirmDownKind.Entry,
        WorkloadCheckKind.Entry,
        WorkloadStartKind.Entry,
        WorkloadStopKind.Entry,
    ];

    private static readonly Dictionary<string, StepKind> ByName = All.ToDictionary(k => k.Name, StringComparer.Ordinal);

    /// <summary>The kind of a name; null when there is none.</summary>
    public static StepKind? Find(string name) => ByName.GetValueOrDefault(name);
}
