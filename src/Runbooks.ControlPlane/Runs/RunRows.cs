using System.Text.Json.Nodes;
using Dapper;
using Npgsql;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Storage;
using Runbooks.Workflows.Steps;

namespace Runbooks.ControlPlane.Runs;

/// <summary>Reads runs, their steps and decisions.</summary>
public sealed class RunRows(Database database)
{
    private const string Select =
        """
        select r.id, r.kind, r.is_real, r.state, r.runbook, r.runbook_number, r.runbook_hash, r.plan_hash, r.grp, u.name as requester,
          r.requested_by, r.reason, r.requested_at, r.started_at, r.ended_at, r.approvals_needed, r.approver_role,
          r.requested_at + r.approvals_expire as approvals_expire_at, r.objectives::text as objectives, r.workflow_id,
          r.result::text as result, r.failure::text as failure,
          coalesce(r.input -> 'Inputs', jsonb_strip_nulls(jsonb_build_object(
            'workload', r.input #>> '{Policy,Workload}',
            'protection', coalesce(r.input #>> '{Policy,Id}', r.input ->> 'Protection'),
            'primary', r.input ->> 'Primary', 'standby', r.input ->> 'Standby',
            'keepCopies', r.input ->> 'KeepCopies', 'onlyCopies', r.input ->> 'OnlyCopies',
            'force', r.input ->> 'IsForced')))::text as inputs,
          coalesce(r.input #>> '{Inputs,to}', r.input ->> 'Standby', r.input ->> 'Primary') as target,
          extract(epoch from coalesce(r.ended_at, clock_timestamp()) - r.started_at)::float8 as elapsed,
          (select count(*) from control.run_decisions d where d.run = r.id and d.decision = 'approved')::int as given,
          (select s.path || E'\n' || s.question::text from control.run_steps s
           where s.run = r.id and s.state = 'asking' and s.question is not null order by s.ordinal limit 1) as asking
        from control.runs r left join control.users u on u.id = r.requested_by
        """;

    public Task<IReadOnlyList<RunView>> ListAsync(
        string? group, string? kind, string? state, string? runbook, IReadOnlyList<string>? readable, DateTime? beforeAt, string? beforeId,
        int limit, CancellationToken cancel) => database.ReadAsync(
        async c => (IReadOnlyList<RunView>)[.. (await c.QueryAsync<Row>(
            $"""
            {Select}
            where (@group::text is null or r.grp = @group) and (@kind::text is null or r.kind = @kind)
              and (@runbook::text is null or r.runbook = @runbook)
              and (@state::text is null or r.state = @state or (@state = 'open' and r.ended_at is null))
              and (@readable::text[] is null or r.grp = any(@readable))
              and (@beforeAt::timestamptz is null or (r.requested_at, r.id) < (@beforeAt, @beforeId))
            order by r.requested_at desc, r.id desc limit @limit
            """,
            new { group, kind, state, runbook, readable = readable?.ToArray(), beforeAt, beforeId, limit })).Select(View)],
        cancel);

    internal static async Task<IReadOnlyList<RunView>> QueryAsync(
        NpgsqlConnection connection, string rest, object arguments) =>
        [.. (await connection.QueryAsync<Row>($"{Select} {rest}", arguments)).Select(View)];

    public async Task<RunView> GetAsync(string id, IReadOnlyList<string>? readable, CancellationToken cancel)
    {
        var row = await database.ReadAsync(
            c => c.QuerySingleOrDefaultAsync<Row>($"{Select} where r.id = @id", new { id }), cancel);
        return row is not null && (readable is null || (row.Grp is not null && readable.Contains(row.Grp)))
            ? View(row)
            : throw ApiRefusals.NotFound("run", id);
    }

    /// <summary>A run that may not have been made yet.</summary>
    public async Task<RunView?> FindAsync(string id, CancellationToken cancel) =>
        await database.ReadAsync(c => c.QuerySingleOrDefaultAsync<Row>($"{Select} where r.id = @id", new { id }),
            cancel) is { } row
            ? View(row)
            : null;

    public static async Task<RunView> GetAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string id)
    {
        await connection.ExecuteAsync("select 1 from control.runs where id = @id for update", new { id }, transaction);
        return View(await connection.QuerySingleOrDefaultAsync<Row>($"{Select} where r.id = @id", new { id }, transaction)
            ?? throw ApiRefusals.NotFound("run", id));
    }

    public Task<IReadOnlyList<StepView>> StepsAsync(string run, CancellationToken cancel) => database.ReadAsync(
        async c => (IReadOnlyList<StepView>)[.. (await c.QueryAsync<StepRow>(
            """
            select path, ordinal, title, state, site, attempts, started_at, ended_at, facts ->> 'detail' as detail,
                   question::text as question
            from control.run_steps where run = @run order by ordinal
            """,
            new { run })).Select(s => new StepView(
                s.Path, s.Ordinal, s.Title, s.State, s.Started_At, s.Ended_At,
                s.Started_At is { } from && s.Ended_At is { } to ? (to - from).TotalSeconds : null, s.Attempts, s.Site,
                s.Detail ?? "", s.Question is null || s.State != "asking" ? null : Question(s.Path, s.Question)))],
        cancel);

    public Task<IReadOnlyList<DecisionView>> DecisionsAsync(string run, CancellationToken cancel) => database.ReadAsync(
        async c => (IReadOnlyList<DecisionView>)[.. (await c.QueryAsync<DecisionRow>(
            """
            select d.id, d.run, u.name as approver, d.decision, d.plan_hash, d.reason, d.at, d.expires_at
            from control.run_decisions d left join control.users u on u.id = d.approver where d.run = @run order by d.at
            """,
            new { run })).Select(d => new DecisionView(
                d.Id, d.Run, d.Approver, d.Decision, d.Plan_Hash, d.Reason, d.At, d.Expires_At))],
        cancel);

    private static QuestionView Question(string path, string json)
    {
        var asked = ApiJson.Read<Question>(json);
        return new QuestionView(asked.Id, path, asked.Text, asked.Choices, asked.Of, asked.Deadline, asked.Default);
    }

    private static RunView View(Row r)
    {
        var objectives = JsonNode.Parse(r.Objectives)!;
        var asking = r.Asking?.Split('\n', 2);
        return new RunView(
            r.Id, r.Kind, r.Is_Real, r.State, r.Runbook, r.Runbook_Number, r.Runbook_Hash, r.Plan_Hash, r.Grp,
            r.Requester ?? r.Requested_By, r.Reason, r.Requested_At, r.Started_At, r.Ended_At, r.Approvals_Needed, r.Given,
            r.Approver_Role, r.Approvals_Needed > 0 ? r.Approvals_Expire_At : null, (double?)objectives["rtoSeconds"],
            (double?)objectives["rpoSeconds"], r.Elapsed, r.Workflow_Id,
            asking is null ? null : Question(asking[0], asking[1]), Parse(r.Result), Parse(r.Failure))
        {
            Inputs = ApiJson.Read<Dictionary<string, string>>(r.Inputs), Target = r.Target,
        };
    }

    private static JsonNode? Parse(string? text) => text is null ? null : JsonNode.Parse(text);

    private sealed record Row(
        string Id, string Kind, bool Is_Real, string State, string? Runbook, int? Runbook_Number, string? Runbook_Hash,
        string Plan_Hash, string? Grp, string? Requester, string Requested_By, string Reason, DateTime Requested_At,
        DateTime? Started_At, DateTime? Ended_At, int Approvals_Needed, string Approver_Role, DateTime Approvals_Expire_At,
        string Objectives, string Workflow_Id, string? Result, string? Failure, string Inputs, string? Target,
        double? Elapsed, int Given, string? Asking);

    private sealed record StepRow(
        string Path, int Ordinal, string Title, string State, string? Site, int Attempts, DateTime? Started_At,
        DateTime? Ended_At, string? Detail, string? Question);

    private sealed record DecisionRow(
        string Id, string Run, string Approver, string Decision, string Plan_Hash, string Reason, DateTime At, DateTime Expires_At);
}
