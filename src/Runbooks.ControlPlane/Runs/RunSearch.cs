using Dapper;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Runs;

/// <summary>What a table of runs asks for; every part may be absent.</summary>
/// <param name="Kind">A kind, or its beginning with a star: <c>drill-*</c>.</param>
/// <param name="Text">Part of id, runbook, group, requester or reason.</param>
internal sealed record RunQuery(
    string? Group, string? Kind, string? State, string? Runbook, bool? Real, string? Text, DateTime? From, DateTime? To,
    string Sort, bool Ascending, long Offset, int Limit, IReadOnlyList<string>? Readable);

/// <summary>Runs for tables: filtered, sorted by any column, counted.</summary>
/// <remarks>
/// Pages of other orders than the newest first are cut by offset: 10,000 runs are
/// sorted within milliseconds, and a run that is added meanwhile shifts a page by
/// one, which a table bears and a key over computed columns would not be worth.
/// </remarks>
internal sealed class RunSearch(Database database)
{
    private const string Where =
        """
        where (@Group::text is null or r.grp = @Group) and (@Runbook::text is null or r.runbook = @Runbook)
          and (@Kind::text is null or r.kind = @Kind or (@Kind like '%*' and r.kind like replace(@Kind, '*', '%')))
          and (@State::text is null or r.state = @State or (@State = 'open' and r.ended_at is null))
          and (@Real::boolean is null or r.is_real = @Real)
          and (@From::timestamptz is null or r.requested_at >= @From)
            and (@To::timestamptz is null or r.requested_at < @To)
          and (@Text::text is null or position(lower(@Text) in
            lower(concat_ws(' ', r.id, r.runbook, r.grp, u.name, r.reason))) > 0)
          and (@Readable::text[] is null or r.grp = any(@Readable))
        """;

    public static readonly IReadOnlyDictionary<string, string> Columns = new Dictionary<string, string>
    {
        ["requestedAt"] = "r.requested_at", ["startedAt"] = "r.started_at", ["endedAt"] = "r.ended_at",
        ["kind"] = "r.kind", ["state"] = "r.state", ["runbook"] = "r.runbook", ["group"] = "r.grp",
        ["requestedBy"] = "u.name",
        ["elapsed"] = "coalesce(r.ended_at, clock_timestamp()) - r.started_at",
    };

    public Task<(IReadOnlyList<RunView> Runs, long Total)> FindAsync(RunQuery query, CancellationToken cancel) =>
        database.ReadAsync(
            async c =>
            {
                var arguments = new
                {
                    query.Group, query.Kind, query.State, query.Runbook, query.Real, query.Text, query.From, query.To,
                    query.Offset, query.Limit, Readable = query.Readable?.ToArray(),
                };
                var total = await c.ExecuteScalarAsync<long>(
                    $"select count(*) from control.runs r left join control.users u on u.id = r.requested_by {Where}",
                    arguments);
                var order = $"{Columns[query.Sort]} {(query.Ascending ? "asc" : "desc")} nulls last, r.id";
                return (await RunRows.QueryAsync(
                    c, $"{Where} order by {order} offset @Offset limit @Limit", arguments), total);
            },
            cancel);
}
