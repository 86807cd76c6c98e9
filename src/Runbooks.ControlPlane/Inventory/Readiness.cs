namespace Runbooks.ControlPlane.Inventory;

/// <summary>Could this group fail over now? Pure: facts in, reasons out, the worst first.</summary>
public static class Readiness
{
    private const string Blocks = "blocks";
    private const string Warns = "warns";
    private const double SilentSeconds = 15;
    private const double ClockOffsetMsMax = 1000;

    // Agents renew at two thirds of a week; with a day left, renewal has failed for more than a day.
    private const double CertificateDaysMin = 1;

    public static ReadinessView Of(ReadinessFacts facts)
    {
        var reasons = Copies(facts).Concat(Sites(facts)).Concat(Practice(facts))
            .OrderBy(r => r.Severity == Blocks ? 0 : 1).ThenBy(r => r.Code, StringComparer.Ordinal).ToList();
        return new ReadinessView(
            reasons.Count == 0 ? "ready" : reasons[0].Severity == Blocks ? "not-ready" : "warnings", reasons);
    }

    private static IEnumerable<ReadinessReason> Copies(ReadinessFacts facts)
    {
        if (facts.Workloads.Count == 0)
        {
            yield return new(
                Warns, "no-workloads", "", "The group has no workloads.", "Describe its machines, then protect them.");
        }

        foreach (var workload in facts.Workloads)
        {
            if (workload.Protection is null)
            {
                yield return new(
                    Blocks, "unprotected", workload.Id, $"{workload.Title} has no protection.", "Protect it.");
            }
            else if (workload.Exposure.State == "unknown")
            {
                yield return new(
                    Blocks, "exposure-unknown", workload.Id, $"{workload.Title}: exposure {workload.Exposure.Text}.",
                    "Find out why its site or its copy says nothing.");
            }
            else if (workload.Exposure is { State: "behind", Bytes: > 0 })
            {
                yield return new(
                    Warns, "exposed", workload.Id, $"{workload.Title}: {workload.Exposure.Text}.",
                    "Wait for the catch-up, or repair the link.");
            }

            foreach (var volume in workload.Volumes.Where(v => v.Status.Failure.Length > 0))
            {
                yield return new(
                    Blocks, "copy-failed", volume.Status.Volume.ToString(),
                    $"The copy of {workload.Title} at {volume.Site} has failed: {volume.Status.Failure}.",
                    "Bring its files back or replace the disk; a copy that is lost is given back and protected again.");
            }

            foreach (var volume in workload.Volumes.Where(v => v.Status.Notice.Length > 0))
            {
                yield return new(
                    Warns, "copy-short-of-space", volume.Status.Volume.ToString(),
                    $"The copy of {workload.Title} at {volume.Site}: {volume.Status.Notice}.",
                    "Free space on that file system, or enlarge it.");
            }
        }
    }

    private static IEnumerable<ReadinessReason> Sites(ReadinessFacts facts)
    {
        var named = facts.Workloads.SelectMany(w => w.Protection is { } p
            ? p.Policy.Standbys.Append(p.Policy.HomeSite).Select(s => s.ToString())
            : [w.Site]);
        foreach (var site in named.Distinct().Order(StringComparer.Ordinal))
        {
            if (!facts.Sites.TryGetValue(site, out var report) || report.AgeSeconds > SilentSeconds)
            {
                yield return new(
                    Blocks, "site-silent", site,
                    report is null ? $"Site {site} never reported."
                        : $"Site {site} is silent since {report.LastHeartbeat:HH:mm:ss}.",
                    "Start its agent, or repair its network.");
                continue;
            }

            if (Math.Abs(report.ClockOffsetMs) > ClockOffsetMsMax)
            {
                yield return new(
                    Warns, "clock-offset", site,
                        $"The clock of site {site} is {report.ClockOffsetMs / 1000:0.0} s off.",
                    "Let its machine keep time by NTP.");
            }

            if (facts.CertificateDays.TryGetValue(site, out var days) && days < CertificateDaysMin)
            {
                yield return new(
                    Warns, "certificate-ending", site,
                        $"The certificate of site {site} ends in {Math.Max(0, days) * 24:0} h.",
                    "Look at the agent's log: its renewal fails.");
            }
        }
    }

    private static IEnumerable<ReadinessReason> Practice(ReadinessFacts facts)
    {
        if (!facts.HasFailoverRunbook)
        {
            yield return new(
                Blocks, "no-runbook", "", "No published runbook fails this group over.",
                    "Publish one for failover-unplanned.");
        }

        if (facts.OpenConflicts > 0)
        {
            yield return new(
                Warns, "conflict-open", "", $"{facts.OpenConflicts} diverged copies wait for a decision.",
                    "Decide under Conflicts.");
        }

        if (facts.LastDrillAt is not { } last)
        {
            yield return new(Warns, "never-drilled", "", "The group was never drilled.", "Start a drill.");
            yield break;
        }

        if (facts.LastDrillPassed == false)
        {
            yield return new(Warns, "drill-failed", "", "The last drill failed.",
                "Read its report, correct, drill again.");
        }

        var over = (facts.Now - last).TotalDays - facts.DrillEveryDays;
        if (over > 0)
        {
            yield return new(
                Warns, "drill-overdue", "", $"The drill is overdue by {Math.Ceiling(over):0} days.", "Start a drill.");
        }
    }
}
