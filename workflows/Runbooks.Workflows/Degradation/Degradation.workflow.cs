using Runbooks.Domain.States;
using Runbooks.Domain.Status;
using Runbooks.Domain.Units;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.Sites;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Degradation;

/// <summary>
/// Lives with a protection. The data path has already acted when it hears of an event: this procedure pins what is complete, tells people,
/// and closes the incident when the standby is complete again. It continues as new after each incident and at the history's limit.
/// </summary>
[Workflow("Degradation")]
public sealed class DegradationWorkflow
{
    private const string Degraded = "link-degraded";
    private const string CatchingUp = "link-catching-up";
    private const string InSync = "link-in-sync";
    private readonly StepJournal journal = new();
    private readonly Queue<SiteEvent> heard = new();
    private bool ended;

    /// <summary>The id of the procedure of a protection.</summary>
    public static string IdOf(Domain.Ids.ProtectionId protection) => $"protection/{protection}";

    /// <summary>
    /// Whether an event of the data path means anything here. A lossy hour makes thousands of them (sessions that
    /// come and go, gates,
    /// cursors); each signal would be three events of this procedure's history.
    /// </summary>
    public static bool Hears(SiteEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return happened.Kind is Degraded or CatchingUp or InSync;
    }

    /// <summary>The steps of the open incident.</summary>
    [WorkflowQuery]
    public IReadOnlyList<StepChange> Steps() => journal.Steps;

    /// <summary>Hears an event of the data path.</summary>
    [WorkflowSignal]
    public Task HearAsync(SiteEvent happened)
    {
        heard.Enqueue(happened);
        return Task.CompletedTask;
    }

    /// <summary>Ends the procedure: the protection was given up.</summary>
    [WorkflowSignal]
    public Task EndAsync()
    {
        ended = true;
        return Task.CompletedTask;
    }

    /// <summary>Runs the procedure.</summary>
    [WorkflowRun]
    public async Task RunAsync(DegradationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var state = input;
        while (!ended && !Workflow.ContinueAsNewSuggested && state.Closed == input.Closed)
        {
            await Workflow.WaitConditionAsync(() => heard.Count > 0 || ended || Workflow.ContinueAsNewSuggested);
            while (heard.TryDequeue(out var next))
            {
                state = await ApplyAsync(state, next);
            }
        }

        if (!ended)
        {
            throw Workflow.CreateContinueAsNewException((DegradationWorkflow w) => w.RunAsync(state));
        }
    }

    private async Task<DegradationInput> ApplyAsync(DegradationInput state, SiteEvent happened)
    {
        if (state.Incident is not { } incident)
        {
            return happened.Kind == Degraded ? await BeginAsync(state, happened) : state;
        }

        incident = incident with { ExposureBytesMax = Math.Max(incident.ExposureBytesMax, happened.ExposureBytes) };
        var others = incident.Lost.Where(s => s != happened.Peer).ToList();
        return happened.Kind switch
        {
            Degraded => state with { Incident = incident with { Lost = [.. others, happened.Peer] } },
            InSync when others.Count > 0 => state with { Incident = incident with { Lost = others } },
            InSync => await CloseAsync(state with { Incident = incident }, happened),
            CatchingUp => state with { Incident = incident with { LinkBackAt = happened.At } },
            _ => state with { Incident = incident },
        };
    }

    private async Task<DegradationInput> BeginAsync(DegradationInput state, SiteEvent happened)
    {
        // Step 1: The data path already acted
        journal.Record("1", "Degraded", StepState.Succeeded, $"{happened.Cause}; generation {happened.Generation} at {happened.At:O}");

        // Step 2: Pin the last complete recovery point
        await PinAsync(state, happened);

        // Step 3: Alert
        await TryAsync("3", "Alert", () => TellAsync(
            happened,
            "alert",
            $"{state.Policy.Workload} is degraded",
            $"{happened.Cause}. {new ByteCount(happened.ExposureBytes)} would be lost now; writes go on at the primary alone. "
                + "The link is tried again by itself; a failover would ask to accept the loss."));
        await TryAsync("3-record", "Record as degraded", () => RecordAsync(state, happened, "degraded", happened.Cause));
        return state with { Incident =
            new Incident(happened, happened.ExposureBytes, null) { Lost = [happened.Peer] }, Flaps = state.Flaps + 1 };
    }

    private async Task PinAsync(DegradationInput state, SiteEvent happened)
    {
        var key = new StepKey(Workflow.Info.WorkflowId, $"pin/{happened.Sequence}", happened.Generation);
        try
        {
            await journal.RunAsync("2", "Pin the last complete state", () => Workflow.ExecuteActivityAsync(
                (IRecoveryPointActivities a) => a.CreateRecoveryPointAsync(
                    new CreateRecoveryPointRequest(key, state.Policy.Id, RecoveryPointReason.Anomaly)),
                Calls.Look(happened.Peer, "2", TimeSpan.FromSeconds(20))));
        }
        catch (ActivityFailureException)
        {
            // The site that went silent cannot pin: its agent does so by itself when it meets the primary again.
        }
    }

    private async Task<DegradationInput> CloseAsync(DegradationInput state, SiteEvent happened)
    {
        var incident = state.Incident!;

        // Step 4: Link back, caught up
        journal.Record("4", "Caught up", StepState.Succeeded, $"in sync since {happened.At:O}");

        // Step 5: Close the incident
        await TryAsync("5", "Close the incident", () => TellAsync(
            happened,
            "info",
            $"{state.Policy.Workload} is protected again",
            $"Cause: {incident.Began.Cause}. Degraded for {(happened.At - incident.Began.At).TotalSeconds:0} s; "
                + $"at most {new ByteCount(incident.ExposureBytesMax)} exposed."));
        await TryAsync("5-record", "Record as protected", () => RecordAsync(state, happened, "protected", "in sync again"));
        return state with { Incident = null, Closed = state.Closed + 1 };
    }

    // Nothing that is refused here may end the procedure: it must still hear the next event. The journal keeps the failure.
    private async Task TryAsync(string path, string title, Func<Task> body)
    {
        try
        {
            await journal.RunAsync(path, title, body);
        }
        catch (ActivityFailureException e) when (!TemporalException.IsCanceledException(e))
        {
            Workflow.Logger.LogWarning("{Title} failed: {Reason}", title, StepFailure.Of(e).Text);
        }
    }

    private static Task TellAsync(SiteEvent happened, string severity, string title, string text) =>
        Workflow.ExecuteActivityAsync(
            (IOutsideActivities a) => a.NotifyAsync(new NotifyRequest(
                new StepKey(Workflow.Info.WorkflowId, $"tell/{happened.Kind}/{happened.Sequence}", happened.Generation),
                severity,
                title,
                text)),
            Calls.Control("tell"));

    private static async Task RecordAsync(DegradationInput state, SiteEvent happened, string word, string cause)
    {
        var row = await Workflow.ExecuteActivityAsync(
            (IArbiterActivities a) => a.ReadArbiterRowAsync(state.Policy.Id), Calls.Control("record"));
        if (row is not null)
        {
            await Workflow.ExecuteActivityAsync(
                (IGroupActivities a) => a.RecordProtectionAsync(new ProtectionRecord(state.Policy.Id, row.Primary, word, cause)),
                Calls.Control("record"));
        }
    }
}
