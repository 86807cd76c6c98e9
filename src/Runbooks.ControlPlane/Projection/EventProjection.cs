using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using Runbooks.Audit;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;
using Runbooks.Workflows.Steps;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.ControlPlane.Projection;

/// <summary>What one history event means for the rows of its run.</summary>
internal static class EventProjection
{
    private const string LeaseType = "GroupLease";

    /// <summary>Events that change nothing people see are passed over; the cursor passes them with the next one.</summary>
    public static bool Matters(HistoryEvent happened) => HistoryFacts.IsClose(happened.EventType) || happened.EventType
        is EventType.WorkflowPropertiesModified or EventType.ActivityTaskScheduled or EventType.ActivityTaskStarted
        or EventType.ActivityTaskCompleted or EventType.ActivityTaskFailed or EventType.ActivityTaskTimedOut
        or EventType.ActivityTaskCanceled or EventType.WorkflowExecutionSignaled or EventType.ChildWorkflowExecutionStarted;

    public static async Task ApplyAsync(Change change, OpenRun open, HistoryEvent happened)
    {
        var isFirst = await change.Connection.ExecuteAsync(
            """
            update control.projection set last_event = @EventId
            where workflow_id = @Workflow_Id and engine_run = @Engine_Run and last_event < @EventId and not closed
            """,
            new { happened.EventId, open.Workflow_Id, open.Engine_Run }, change.Transaction) == 1;
        if (!isFirst)
        {
            return;
        }

        switch (happened.EventType)
        {
            case EventType.WorkflowPropertiesModified: await StepAsync(change, open, happened); break;
            case EventType.ActivityTaskScheduled: await ScheduledAsync(change, open, happened); break;
            case EventType.ActivityTaskStarted: await AttemptsAsync(change, open, happened); break;
            case EventType.ChildWorkflowExecutionStarted: await ChildAsync(change, open, happened); break;
            case EventType.WorkflowExecutionSignaled: await SignalAsync(change, open, happened); break;
            case var type when HistoryFacts.IsClose(type): await CloseAsync(change, open, happened); break;
            default: await ActivityEndAsync(change, open, happened); break;
        }
    }

    public static async Task LoseAsync(Change change, OpenRun open)
    {
        await CloseCursorAsync(change, open);
        await EndAsync(change, open, "failed", null, new JsonObject { ["message"] = "The engine no longer has the history." }, null, "lost");
    }

    private static async Task StepAsync(Change change, OpenRun open, HistoryEvent happened)
    {
        if (HistoryFacts.StepOf(happened) is not { } step)
        {
            return;
        }

        var path = HistoryFacts.PrefixOf(open.Root, open.Workflow_Id) + step.Path;
        var state = KebabCase.Of(step.State);
        await change.Connection.ExecuteAsync(
            """
            insert into control.run_steps as s (run, path, ordinal, kind, title, state, scheduled_at, started_at,
              ended_at, facts, question, attempts)
            values (@Run, @path, (select count(*) + 1 from control.run_steps where run = @Run), '', @Title, @state, @At,
                    case when @state in ('running', 'asking') then @At end,
                    case when @ended then @At end, jsonb_build_object('detail', @Detail::text), @question::jsonb,
                    case when @state = 'running' then 1 else 0 end)
            on conflict (run, path) do update set title = excluded.title, state = excluded.state, facts = s.facts || excluded.facts,
              question = excluded.question, started_at = coalesce(s.started_at, excluded.started_at),
              ended_at = case when @ended then excluded.ended_at end,
              attempts = s.attempts + case when excluded.state = 'running' and s.state <> 'running' then 1 else 0 end
            """,
            new
            {
                open.Run, path, step.Title, state, step.At, step.Detail, ended = IsEnd(step.State),
                question = step.Question is null ? null : ApiJson.Write(step.Question),
            },
            change.Transaction);
        await ReflectAsync(change, open);
        var data = new JsonObject
        {
            ["step"] = path, ["title"] = step.Title, ["state"] = state, ["detail"] = step.Detail, ["at"] = AuditTime.Write(step.At),
        };
        if (step.Question is { } question)
        {
            data["question"] = question.Text;
            data["askedOf"] = question.Of;
            data["default"] = question.Default;
        }

        change.Record(Entry(open, happened, $"step.{state}", step.State == StepState.Failed ? "failure" : "success", data));
        change.Tell(new EventEntry($"step.{state}", path) { Run = open.Run, Group = open.Grp, Data = (JsonObject)data.DeepClone() });
    }

    /// <summary>A run asks while one of its steps does; a pause and an abort are heard as signals.</summary>
    private static Task ReflectAsync(Change change, OpenRun open) => change.Connection.ExecuteAsync(
        """
        update control.runs r set state = case
            when exists (select from control.run_steps s where s.run = r.id and s.state = 'asking') then 'asking'
            when r.state = 'asking' then 'running' else r.state end
        where id = @Run and state in ('running', 'asking')
        """,
        new { open.Run }, change.Transaction);

    private static async Task ScheduledAsync(Change change, OpenRun open, HistoryEvent happened)
    {
        await RecoveryPointRows.ScheduledAsync(change, open, happened);
        var scheduled = happened.ActivityTaskScheduledEventAttributes;
        change.Record(Entry(open, happened, "activity.scheduled", "success", new JsonObject
        {
            ["activity"] = scheduled.ActivityType.Name, ["id"] = scheduled.ActivityId, ["target"] = scheduled.TaskQueue?.Name,
            ["inputHash"] = HistoryFacts.HashOf(scheduled.Input), ["event"] = happened.EventId,
            ["at"] = AuditTime.Write(happened.EventTime.ToDateTime()),
        }));
    }

    // A call's attempts count for the one step that runs at its place in the run, else for the step that started the
    // procedure: of several at once none is guessed.
    private static async Task AttemptsAsync(Change change, OpenRun open, HistoryEvent happened)
    {
        var started = happened.ActivityTaskStartedEventAttributes;
        if (started.Attempt > 1)
        {
            var prefix = HistoryFacts.PrefixOf(open.Root, open.Workflow_Id);
            await change.Connection.ExecuteAsync(
                """
                with inside as (select path from control.run_steps where run = @Run and state in ('running', 'asking')
                  and starts_with(path, @prefix) and position('/' in substr(path, length(@prefix) + 1)) = 0)
                update control.run_steps set attempts = greatest(attempts, @Attempt) where run = @Run and path =
                  case when (select count(*) from inside) = 1 then (select path from inside) else @parent end
                """,
                new { open.Run, prefix, started.Attempt, parent = prefix.TrimEnd('/') }, change.Transaction);
            change.Record(Entry(open, happened, "activity.retried", "failure", new JsonObject
            {
                ["scheduledEvent"] = started.ScheduledEventId, ["attempts"] = started.Attempt,
                ["lastError"] = started.LastFailure?.Message,
            }));
        }
    }

    private static async Task ActivityEndAsync(Change change, OpenRun open, HistoryEvent happened)
    {
        var (kind, scheduled, identity, result, error) = happened.EventType switch
        {
            EventType.ActivityTaskCompleted => ("completed", happened.ActivityTaskCompletedEventAttributes.ScheduledEventId,
                happened.ActivityTaskCompletedEventAttributes.Identity, HistoryFacts.HashOf(happened.ActivityTaskCompletedEventAttributes.Result), null),
            EventType.ActivityTaskFailed => ("failed", happened.ActivityTaskFailedEventAttributes.ScheduledEventId,
                happened.ActivityTaskFailedEventAttributes.Identity, null, happened.ActivityTaskFailedEventAttributes.Failure?.Message),
            EventType.ActivityTaskTimedOut => ("timed-out", happened.ActivityTaskTimedOutEventAttributes.ScheduledEventId, "",
                (string?)null, happened.ActivityTaskTimedOutEventAttributes.Failure?.Message),
            _ => ("cancelled", happened.ActivityTaskCanceledEventAttributes.ScheduledEventId,
                happened.ActivityTaskCanceledEventAttributes.Identity, null, null),
        };
        var data = new JsonObject
        {
            ["scheduledEvent"] = scheduled, ["worker"] = identity, ["at"] = AuditTime.Write(happened.EventTime.ToDateTime()),
        };
        if (result is not null)
        {
            data["outputHash"] = result;
        }

        if (error is not null)
        {
            data["error"] = error;
        }

        change.Record(Entry(open, happened, $"activity.{kind}", kind == "completed" ? "success" : "failure", data));
        await RecoveryPointRows.EndedAsync(
            change, open, scheduled, happened.ActivityTaskCompletedEventAttributes?.Result, kind == "completed");
    }

    private static async Task ChildAsync(Change change, OpenRun open, HistoryEvent happened)
    {
        var child = happened.ChildWorkflowExecutionStartedEventAttributes;
        if (child.WorkflowType.Name == LeaseType)
        {
            return;
        }

        await FollowAsync(change, open, child.WorkflowExecution.WorkflowId, child.WorkflowExecution.RunId);
        change.Record(Entry(open, happened, "procedure.started", "success", new JsonObject
        {
            ["procedure"] = child.WorkflowType.Name, ["workflow"] = child.WorkflowExecution.WorkflowId,
        }));
    }

    private static Task FollowAsync(Change change, OpenRun open, string workflowId, string engineRun) => change.Connection.ExecuteAsync(
        "insert into control.projection (workflow_id, engine_run, run) values (@workflowId, @engineRun, @Run) on conflict do nothing",
        new { workflowId, engineRun, open.Run }, change.Transaction);

    private static async Task SignalAsync(Change change, OpenRun open, HistoryEvent happened)
    {
        var name = happened.WorkflowExecutionSignaledEventAttributes.SignalName;
        var state = name switch { "Pause" => "paused", "Resume" => "running", "Abort" => "aborting", _ => null };
        if (state is not null && open.Workflow_Id == open.Root)
        {
            await change.Connection.ExecuteAsync(
                "update control.runs set state = @state where id = @Run and ended_at is null and state <> 'aborting'",
                new { state, open.Run }, change.Transaction);
            change.Tell(new EventEntry($"run.{state}", open.Run) { Run = open.Run, Group = open.Grp });
        }

        change.Record(Entry(open, happened, "run.signalled", "success", new JsonObject
        {
            ["signal"] = name, ["inputHash"] = HistoryFacts.HashOf(happened.WorkflowExecutionSignaledEventAttributes.Input),
        }));
    }

    private static async Task CloseAsync(Change change, OpenRun open, HistoryEvent happened)
    {
        await CloseCursorAsync(change, open);
        if (happened.EventType == EventType.WorkflowExecutionContinuedAsNew)
        {
            await FollowAsync(
                change, open, open.Workflow_Id, happened.WorkflowExecutionContinuedAsNewEventAttributes.NewExecutionRunId);
            return;
        }

        if (open.Workflow_Id != open.Root)
        {
            return;
        }

        var completed = happened.WorkflowExecutionCompletedEventAttributes;
        var result = completed is null ? null : HistoryFacts.TextOf(completed.Result) is { } text ? JsonNode.Parse(text) : null;
        var failure = happened.WorkflowExecutionFailedEventAttributes?.Failure;
        var state = happened.EventType switch
        {
            EventType.WorkflowExecutionCompleted => StateOf(result),
            EventType.WorkflowExecutionCanceled or EventType.WorkflowExecutionTerminated => "aborted",
            _ => "failed",
        };
        await EndAsync(change, open, state, Camel(result), FailureOf(failure), happened, happened.EventId.ToString());
    }

    private static async Task EndAsync(
        Change change, OpenRun open, string state, JsonNode? result, JsonObject? failure, HistoryEvent? happened, string once)
    {
        var at = happened?.EventTime.ToDateTime();
        await change.Connection.ExecuteAsync(
            """
            update control.runs set state = @state, ended_at = coalesce(@at, clock_timestamp()), result = @result::jsonb,
              failure = @failure::jsonb where id = @Run and ended_at is null;
            update control.run_steps set state = 'cancelled', ended_at = coalesce(@at, clock_timestamp())
              where run = @Run and state in ('waiting', 'ready', 'running', 'asking');
            """,
            new { open.Run, state, at, result = result?.ToJsonString(), failure = failure?.ToJsonString() }, change.Transaction);
        await ProtectionRuns.EndedAsync(change, open.Run);
        var data = new JsonObject { ["state"] = state, ["result"] = Text(result), ["failure"] = (string?)failure?["message"] };
        change.Record(new AuditEntry("run.ended", AuditActor.System("engine"), new AuditSubject("run", open.Run))
        {
            Id = IdOf(open, once), Run = open.Run, Group = open.Grp, Outcome = state == "succeeded" ? "success" : "failure", Data = data,
        });
        change.Tell(new EventEntry($"run.{state}", open.Run) { Run = open.Run, Group = open.Grp });
    }

    // Results may hold fractions, which records do not: the whole result enters as text.
    private static string? Text(JsonNode? result) => result?.ToJsonString();

    private static string StateOf(JsonNode? result)
    {
        var node = (result as JsonObject)?.FirstOrDefault(m => m.Key.Equals("state", StringComparison.OrdinalIgnoreCase)).Value;
        if (node is JsonValue value && value.TryGetValue<string>(out var text) && KebabCase.TryParse<RunState>(text, out _))
        {
            return text;
        }

        // A drill that missed its objective has run well and failed: a result, not an error.
        var passed = (result as JsonObject)?.FirstOrDefault(m => m.Key.Equals("passed", StringComparison.OrdinalIgnoreCase)).Value;
        return passed is JsonValue flag && flag.TryGetValue<bool>(out var ok) && !ok ? "failed" : "succeeded";
    }

    private static JsonNode? Camel(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Select(m => KeyValuePair.Create(
            m.Key.Length > 0 && char.IsUpper(m.Key[0]) ? char.ToLowerInvariant(m.Key[0]) + m.Key[1..] : m.Key, Camel(m.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Camel)]),
        _ => node?.DeepClone(),
    };

    private static JsonObject? FailureOf(Temporalio.Api.Failure.V1.Failure? failure)
    {
        if (failure is null)
        {
            return null;
        }

        var deepest = failure;
        while (deepest.Cause is { } cause)
        {
            deepest = cause;
        }

        return new JsonObject
        {
            ["message"] = deepest.Message, ["code"] = deepest.ApplicationFailureInfo?.Type, ["outer"] = failure.Message,
        };
    }

    private static Task CloseCursorAsync(Change change, OpenRun open) => change.Connection.ExecuteAsync(
        "update control.projection set closed = true where workflow_id = @Workflow_Id and engine_run = @Engine_Run",
        new { open.Workflow_Id, open.Engine_Run }, change.Transaction);

    private static bool IsEnd(StepState state) => state is StepState.Succeeded or StepState.Failed or StepState.Skipped
        or StepState.Cancelled or StepState.Compensated;

    private static AuditEntry Entry(OpenRun open, HistoryEvent happened, string kind, string outcome, JsonObject data) =>
        new(kind, AuditActor.System("engine"), new AuditSubject("run", open.Run))
        {
            Id = IdOf(open, happened.EventId.ToString()), Run = open.Run, Group = open.Grp, Outcome = outcome, Data = data,
            Correlation = open.Workflow_Id,
        };

    private static string IdOf(OpenRun open, string once)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{open.Workflow_Id}\n{open.Engine_Run}\n{once}"));
        return $"aud_{new Guid(hash.AsSpan(0, 16)):N}";
    }
}
