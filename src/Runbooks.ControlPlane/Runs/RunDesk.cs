using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Npgsql;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;
using Runbooks.Workflows.People;
using Runbooks.Workflows.Runbook;

namespace Runbooks.ControlPlane.Runs;

/// <summary>
/// Where people start, decide and steer runs. Every act is one transaction of the run's row and its audit record; what
/// the engine must hear is written there too and sent by <see cref="RunStarter"/>, also after a crash in between.
/// </summary>
public sealed class RunDesk(ChangeWriter changes, RunRows rows, GroupPictures pictures)
{
    private const int ReasonLengthMin = 3;

    public async Task<RunView> StartAsync(PlannedRun plan, RunBody body, Call call, CancellationToken cancel)
    {
        RequireReason(body.Reason);
        RequireSamePlan(body.PlanHash, plan.PlanHash);
        var id = call.NewId(RunId.Prefix);
        var input = new RunInput(
            RunId.Parse(id), plan.Kind, plan.Group, plan.Canonical, plan.Hash, plan.Inputs, call.Caller.Name, body.Reason);
        var needed = plan.Approval?.Count ?? 0;
        await changes.CommitAsync(
            async change =>
            {
                // Starters of one group take turns; what the one before made is seen by the look after the lock.
                await change.Connection.ExecuteAsync(
                    "select 1 from control.groups where id = @group for update",
                    new { group = plan.Group.ToString() }, change.Transaction);
                if (await ExistsAsync(change, id))
                {
                    return;
                }

                if (plan.IsReal)
                {
                    await GroupHolders.RequireFreeAsync(change, plan.Group);
                }

                await InsertAsync(change, new NewRun(
                    id, KebabCase.Of(plan.Kind), plan.IsReal, plan.Runbook, plan.Version, plan.Hash, plan.PlanHash,
                    plan.Group.ToString(), "Runbook", WorkflowIdOf(plan, id), JsonSerializer.Serialize(input), body.Reason,
                    call.Caller.UserId, needed, plan.Approval?.Expires ?? TimeSpan.FromMinutes(30),
                    KebabCase.Of(plan.Approval?.Of ?? AccessRole.Approver), ApiJson.Write(plan.Generations),
                    ApiJson.Write(new
                    {
                        rtoSeconds = plan.Document.Spec.Objectives?.Rto?.TotalSeconds,
                        rpoSeconds = plan.Document.Spec.Objectives?.Rpo?.TotalSeconds,
                    })));
                await change.Connection.ExecuteAsync(
                    "update control.runs set plan = @nodes::jsonb where id = @id",
                    new { id, nodes = ApiJson.Write(plan.Nodes) }, change.Transaction);
                RecordRequest(change, call, plan, id, body.Reason, needed);
            },
            cancel: cancel);
        return await rows.GetAsync(id, null, cancel);
    }

    public async Task<RunView> DecideAsync(string run, DecisionBody body, Call call, bool dryRun, CancellationToken cancel)
    {
        RequireReason(body.Reason);
        if (body.Decision is not ("approved" or "rejected"))
        {
            throw ApiRefusals.Field("decision", $"'{body.Decision}' is not approved or rejected.", "Say one of the two.");
        }

        await changes.CommitAsync(
            async change =>
            {
                var view = await RunRows.GetAsync(change.Connection, change.Transaction, run);
                call.RequireScope(null, view.Group, $"group {view.Group}");
                var requester = await RequireDecidableAsync(change, view, body, call, cancel);
                var id = call.NewId("dec_");
                var made = await change.Connection.ExecuteAsync(
                    """
                    insert into control.run_decisions (id, run, requester, approver, decision, plan_hash, reason, expires_at)
                    values (@id, @run, @requester, @approver, @Decision, @PlanHash, @Reason, @expires)
                    on conflict (run, approver) do nothing
                    """,
                    new
                    {
                        id, run, requester, approver = call.Caller.UserId, body.Decision, body.PlanHash, body.Reason,
                        expires = view.ApprovalsExpireAt ?? view.RequestedAt,
                    },
                    change.Transaction);
                if (made == 0)
                {
                    throw ApiRefusals.Refuse(
                        ApiRefusalCodes.AlreadyDecided, "You have decided this run already.", "One person has one voice.",
                        "Ask another approver.");
                }

                await ApplyAsync(change, view, body, call);
            },
            dryRun, cancel);
        return await rows.GetAsync(run, null, cancel);
    }

    public async Task<RunView> SignalAsync(string run, SignalBody body, Call call, bool dryRun, CancellationToken cancel)
    {
        await changes.CommitAsync(
            async change =>
            {
                var view = await RunRows.GetAsync(change.Connection, change.Transaction, run);
                call.RequireScope(null, view.Group, $"group {view.Group}");
                var (name, argument, kind) = await SignalOfAsync(change, view, body, call);
                if (view.State == "requested" && name == "Abort")
                {
                    await change.Connection.ExecuteAsync(
                        """
                        update control.runs set state = 'aborted', start_state = 'refused', ended_at = clock_timestamp() where id = @run
                        """,
                        new { run }, change.Transaction);
                    await ProtectionRuns.EndedAsync(change, run);
                }
                else
                {
                    await change.Connection.ExecuteAsync(
                        """
                        insert into control.run_signals (id, run, name, argument) values (@id, @run, @name, @argument::jsonb)
                        on conflict do nothing
                        """,
                        new { id = call.NewId("sig_"), run, name, argument }, change.Transaction);
                }

                change.Record(call.Audit($"run.{kind}", "run", run) with
                {
                    Run = run, Group = view.Group, Reason = body.Reason,
                    Data = new() { ["question"] = body.Question, ["choice"] = body.Choice, ["step"] = body.Step },
                });
                change.Tell(new EventEntry($"run.{kind}", run) { Run = run, Group = view.Group });
            },
            dryRun, cancel);
        return await rows.GetAsync(run, null, cancel);
    }

    /// <summary>Adds a run to the caller's transaction; also used for setups.</summary>
    internal static Task InsertAsync(Change change, NewRun run) => change.Connection.ExecuteAsync(
        """
        insert into control.runs (id, kind, is_real, runbook, runbook_number, runbook_hash, plan_hash, grp, workflow_type,
          workflow_id, input, reason, requested_by, approvals_needed, approvals_expire, approver_role, expected, objectives,
          start_state)
        values (@Id, @Kind, @IsReal, @Runbook, @Version, @Hash, @PlanHash, @Group, @WorkflowType, @WorkflowId, @Input::jsonb,
          @Reason, @By, @Needed, @Expires, @ApproverRole, @Expected::jsonb, @Objectives::jsonb,
          case when @Needed > 0 then 'waiting' else 'due' end)
        """,
        run, change.Transaction);

    internal static Task<bool> ExistsAsync(Change change, string id) => change.Connection.ExecuteScalarAsync<bool>(
        "select exists (select from control.runs where id = @id)", new { id }, change.Transaction);

    private static string WorkflowIdOf(PlannedRun plan, string id) => $"{KebabCase.Of(plan.Kind)}/{plan.Group}/{id}";

    private static void RecordRequest(Change change, Call call, PlannedRun plan, string id, string reason, int needed)
    {
        change.Record(call.Audit("run.requested", "run", id) with
        {
            Run = id, Group = plan.Group.ToString(), Reason = reason,
            Data = new()
            {
                ["kind"] = KebabCase.Of(plan.Kind), ["real"] = plan.IsReal, ["runbook"] = plan.Runbook, ["version"] = plan.Version,
                ["documentHash"] = plan.Hash, ["planHash"] = plan.PlanHash, ["approvalsNeeded"] = needed,
                ["inputs"] = new JsonObject(plan.Inputs.Select(i => KeyValuePair.Create(i.Key, (JsonNode?)i.Value))),
                ["generations"] = new JsonObject(plan.Generations.Select(g => KeyValuePair.Create(g.Key, (JsonNode?)g.Value))),
                ["rtoSeconds"] = (long?)plan.Document.Spec.Objectives?.Rto?.TotalSeconds,
                ["rpoSeconds"] = (long?)plan.Document.Spec.Objectives?.Rpo?.TotalSeconds,
            },
        });
        change.Tell(new EventEntry("run.requested", id) { Run = id, Group = plan.Group.ToString() });
    }

    /// <summary>Refuses a start whose caller was shown another plan; without a hash nobody was shown one.</summary>
    internal static void RequireSamePlan(string? shown, string now)
    {
        if (shown is not null && shown != now)
        {
            throw new RefusalException(new Refusal(
                ApiRefusalCodes.PlanChanged, "What you ask for is not what you were shown.",
                $"You name plan {shown}; now it is {now}: the document, an input, the primary or a generation "
                    + "has changed since.",
                "Explain it again, look at what would happen now, and ask with that plan's hash.")
            {
                Field = "planHash",
                Details = new Dictionary<string, string> { ["expected"] = shown, ["current"] = now },
            });
        }
    }

    private async Task<string> RequireDecidableAsync(Change change, RunView view, DecisionBody body, Call call, CancellationToken cancel)
    {
        var (requester, expired, lapsed, expected) = await change.Connection.QuerySingleAsync<(string, bool, bool, string)>(
            """
            select requested_by, clock_timestamp() > requested_at + approvals_expire,
                start_state = 'refused' and ended_at > requested_at + approvals_expire, expected::text
            from control.runs where id = @Id
            """,
            new { view.Id }, change.Transaction);

        // Whoever comes too late hears the same a second before and a minute after the request was swept away.
        if (lapsed && view.ApprovalsNeeded > 0)
        {
            throw TooLate(view);
        }

        if (view.State != "requested" || view.ApprovalsNeeded == 0)
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.WrongState, $"Run {view.Id} does not wait for approval.", $"Its state is {view.State}.",
                "Look at the run.");
        }

        if (requester == call.Caller.UserId)
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.OwnRequest, "Nobody decides their own request.", "You asked for this run yourself.",
                "Ask another approver.");
        }

        if (!call.Caller.Bindings.Any(b => KebabCase.Of(b.Role) == view.ApproverRole))
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.RoleMissing, "Your roles do not permit this.", $"The runbook asks for {view.ApproverRole}.",
                "Ask a colleague with that role.");
        }

        if (expired)
        {
            throw TooLate(view);
        }

        await RequireSamePlanAsync(view, body, expected, cancel);
        return requester;
    }

    private static RefusalException TooLate(RunView view) => ApiRefusals.Refuse(
        ApiRefusalCodes.ApprovalExpired, "The request is too old to be approved.",
        $"It could be approved until {view.ApprovalsExpireAt:O}.", "Ask for the run again.");

    private async Task RequireSamePlanAsync(RunView view, DecisionBody body, string expected, CancellationToken cancel)
    {
        var now = view.Group is null
            ? []
            : await pictures.GenerationsAsync(await pictures.DescribeAsync(GroupId.Parse(view.Group), cancel), cancel);
        var same = JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(ApiJson.Write(now)));
        if (body.PlanHash != view.PlanHash || (body.Decision == "approved" && !same))
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.PlanChanged, "What you decide is not what would run.",
                same ? $"You name plan {body.PlanHash}; the run's is {view.PlanHash}."
                    : "A generation of the group has moved since the run was asked for.",
                same ? "Read the run again and decide on its plan." : "Reject it and ask for a new run.", "planHash");
        }
    }

    private static async Task ApplyAsync(Change change, RunView view, DecisionBody body, Call call)
    {
        var due = body.Decision == "approved" && view.ApprovalsGiven + 1 >= view.ApprovalsNeeded;
        await change.Connection.ExecuteAsync(
            body.Decision == "rejected"
                ? "update control.runs set state = 'aborted', start_state = 'refused', ended_at = clock_timestamp() where id = @Id"
                : due ? "update control.runs set start_state = 'due' where id = @Id" : "select 1",
            new { view.Id }, change.Transaction);
        change.Record(call.Audit($"run.{body.Decision}", "run", view.Id) with
        {
            Run = view.Id, Group = view.Group, Reason = body.Reason,
            Data = new() { ["planHash"] = view.PlanHash, ["given"] = view.ApprovalsGiven + 1, ["needed"] = view.ApprovalsNeeded },
        });
        change.Tell(new EventEntry($"run.{body.Decision}", view.Id) { Run = view.Id, Group = view.Group });
    }

    private static async Task<(string Name, string? Argument, string Kind)> SignalOfAsync(
        Change change, RunView view, SignalBody body, Call call)
    {
        if (view.EndedAt is not null)
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.WrongState, $"Run {view.Id} has ended.", $"Its state is {view.State}.", "Start a new run.");
        }

        switch (body.Signal)
        {
            case "pause": return ("Pause", null, "paused");
            case "resume": return ("Resume", null, "resumed");
            case "release": return ("Release", null, "released");
            case "abort":
                RequireReason(body.Reason);
                return ("Abort", JsonSerializer.Serialize(new AbortOrder(call.Caller.Name, body.Reason!)), "abort-ordered");
            case "answer" or "retry" or "skip":
                var choice = body.Signal == "answer" ? body.Choice : body.Signal;
                var question = await OpenQuestionAsync(change, view, body, choice);
                RequireAnswerRole(question, call);
                if (body.Signal == "skip")
                {
                    RequireReason(body.Reason);
                }

                return ("Answer", JsonSerializer.Serialize(
                    new Answer(question.Id, choice!, call.Caller.Name, body.Reason ?? "")), "answered");
            default:
                throw ApiRefusals.Field(
                    "signal", $"'{body.Signal}' is not a signal.", "Use pause, resume, abort, answer, retry, skip or release.");
        }
    }

    private static async Task<Workflows.Steps.Question> OpenQuestionAsync(
        Change change, RunView view, SignalBody body, string? choice)
    {
        var open = (await change.Connection.QueryAsync<string>(
            """
            select question::text from control.run_steps where run = @Id and state = 'asking' and question is not null
              and (@Step::text is null or path = @Step) and (@Question::text is null or question ->> 'id' = @Question) order by ordinal
            """,
            new { view.Id, body.Step, body.Question }, change.Transaction)).Select(ApiJson.Read<Workflows.Steps.Question>).ToList();
        if (open.Count != 1)
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.WrongState, open.Count == 0 ? "Nothing is asked." : "Several questions are open.",
                $"Run {view.Id} has {open.Count} open questions that fit.", "Name the question, as the run shows it.", "question");
        }

        return choice is not null && open[0].Choices.Contains(choice)
            ? open[0]
            : throw ApiRefusals.Field(
                "choice", $"'{choice}' is not one of the choices.", $"Choose one of: {string.Join(", ", open[0].Choices)}.");
    }

    private static void RequireAnswerRole(Workflows.Steps.Question question, Call call)
    {
        if (!call.Caller.Bindings.Any(b => KebabCase.Of(b.Role) == question.Of))
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.RoleMissing, "This question is not yours to answer.", $"It is asked of {question.Of}.",
                "Ask a colleague with that role.");
        }
    }

    private static void RequireReason(string? reason)
    {
        if (reason is null || reason.Trim().Length < ReasonLengthMin)
        {
            throw ApiRefusals.Field("reason", "It is missing.", "Say why; it is recorded.");
        }
    }
}

/// <summary>A row of <c>control.runs</c> to be.</summary>
internal sealed record NewRun(
    string Id, string Kind, bool IsReal, string? Runbook, int? Version, string? Hash, string PlanHash, string? Group,
    string WorkflowType, string WorkflowId, string Input, string Reason, string By, int Needed, TimeSpan Expires,
    string ApproverRole, string Expected, string Objectives);
