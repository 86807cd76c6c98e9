using Runbooks.Domain.Ids;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.People;
using Runbooks.Workflows.Sites;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Failover;

/// <summary>Step 1 of an unplanned failover: is the source really down? A partition alone must not pass.</summary>
internal static class SourceConfirmation
{
    // What the control plane has not heard for so long is not waited for longer than the others may look.
    private static readonly TimeSpan SilentAfter = TimeSpan.FromMinutes(1);

    /// <summary>Asks every other site and the control plane at once; an observer that cannot look counts for neither side.</summary>
    public static async Task<IReadOnlyList<Observation>> ObserveAsync(
        SiteId source, IReadOnlyList<SitePicture> sites, double seconds, string step)
    {
        var within = TimeSpan.FromSeconds(seconds);
        var address = sites.FirstOrDefault(s => s.Site == source)?.WanAddress ?? string.Empty;
        var request = new ObserveSiteRequest(source, address, seconds);
        var looks = sites.Where(s => s.Site != source)
            .Select(s => LookAsync(From(s, step, within), request, s.Site.ToString()))
            .ToList();
        var control = Calls.Control(step, within + TimeSpan.FromSeconds(30));
        looks.Add(LookAsync(control, request, "control-plane"));
        return [.. (await Workflow.WhenAllAsync(looks)).Where(o => o is not null).Select(o => o!)];
    }

    /// <summary>Confirms, or lets a person override with a reason; refuses otherwise.</summary>
    public static async Task<string> ConfirmAsync(
        SiteId source,
        IReadOnlyList<SitePicture> sites,
        int needed,
        double seconds,
        Desk desk,
        TimeSpan questionWithin,
        string step)
    {
        var seen = await ObserveAsync(source, sites, seconds, step);
        var down = seen.Count(o => !o.IsReachable);
        var text = string.Join("; ", seen.Select(o => $"{o.Observer}: {(o.IsReachable ? "reachable" : "not reachable")} ({o.Detail})"));
        if (down >= needed && seen.All(o => !o.IsReachable))
        {
            return $"{down} of {seen.Count} observers: down. {text}";
        }

        var answer = await desk.AskAsync(
            step,
            $"Is {source} down?",
            $"Only {down} of {seen.Count} observers say that {source} is down ({text}). Fail over all the same?",
            ["override", "abort"],
            AnswerRoles.Approver,
            questionWithin,
            "abort");
        return answer.Choice == "override"
            ? $"overridden by {answer.By}: {answer.Reason}"
            : throw StepFailure.Refuse(ProcedureRefusals.SourceNotDown(source, down, needed, text));
    }

    private static ActivityOptions From(SitePicture observer, string step, TimeSpan within)
    {
        var options = Calls.Look(observer.Site, step, within);
        if (observer.LastSeenAt is not { } seen || Workflow.UtcNow - seen.UtcDateTime > SilentAfter)
        {
            options.ScheduleToStartTimeout = within;
        }

        return options;
    }

    private static async Task<Observation?> LookAsync(ActivityOptions options, ObserveSiteRequest request, string observer)
    {
        try
        {
            var seen = await Workflow.ExecuteActivityAsync((IObserverActivities a) => a.ObserveSiteAsync(request), options);
            return seen with { Observer = observer };
        }
        catch (ActivityFailureException)
        {
            // An observer that is itself gone has seen nothing.
            return null;
        }
    }
}
