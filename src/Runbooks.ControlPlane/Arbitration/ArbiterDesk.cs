using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using Npgsql;
using Runbooks.Audit;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Text;

namespace Runbooks.ControlPlane.Arbitration;

/// <summary>
/// The arbiter as a table: one decision is one synchronous commit of row and audit record, through the pure rules.
/// </summary>
/// <remarks>
/// The row is locked from read to commit, and the update names the version that was read, so a decision can never be
/// made on a row that another one has replaced. A granted answer leaves this process only after the commit was answered
/// by the database; an unknown outcome is an error to the asker, who repeats the same request id and gets the same
/// answer. Refusals are recorded once per asker, row version and code: a fenced primary that asks every second must not
/// fill the chain.
/// </remarks>
public sealed class ArbiterDesk(Database database, ChangeWriter changes)
{
    public async Task<ArbiterAnswer> DecideAsync(
        ArbiterRequest request, AuditActor actor, string? run = null, CancellationToken cancel = default)
    {
        if (request is ReadRow)
        {
            return ArbiterRules.Decide(await FindAsync(request.Protection, cancel), request, DateTimeOffset.UnixEpoch);
        }

        return await changes.CommitAsync(
            async change =>
            {
                var row = await LockAsync(change.Transaction, request.Protection);
                var now = await change.Connection.ExecuteScalarAsync<DateTime>(
                    "select clock_timestamp()", transaction: change.Transaction);
                var answer = ArbiterRules.Decide(row, request, new DateTimeOffset(now, TimeSpan.Zero));
                if (answer.Granted && answer.Row!.Version != row!.Version)
                {
                    await StoreAsync(change.Transaction, answer.Row, row.Version);
                    change.Tell(EventOf(request, answer));
                }

                if (!answer.Granted || answer.Row!.Version != row!.Version)
                {
                    change.Record(RecordOf(request, answer, actor, run));
                }

                return answer;
            },
            cancel: cancel);
    }

    public Task<ArbiterRow?> FindAsync(ProtectionId protection, CancellationToken cancel = default) => database.ReadAsync(
        async c => Parse(await c.ExecuteScalarAsync<string?>(
            "select row::text from control.arbiter where protection = @id", new { id = protection.ToString() })),
        cancel);

    public Task<IReadOnlyDictionary<ProtectionId, ArbiterRow>> AllAsync(CancellationToken cancel = default) =>
        database.ReadAsync(
            async c => (IReadOnlyDictionary<ProtectionId, ArbiterRow>)(await c.QueryAsync<string>(
                "select row::text from control.arbiter")).Select(t => Parse(t)!).ToDictionary(r => r.Protection),
            cancel);

    /// <summary>Makes a protection's first row in the caller's transaction; an existing row is left alone.</summary>
    public static async Task<bool> BeginAsync(Change change, ProtectionId protection, SiteId primary, IEnumerable<SiteId> sites)
    {
        var now = await change.Connection.ExecuteScalarAsync<DateTime>(
            "select clock_timestamp()", transaction: change.Transaction);
        var row = ArbiterRow.Begin(protection, primary, sites, new DateTimeOffset(now, TimeSpan.Zero));
        return await change.Connection.ExecuteAsync(
            """
            insert into control.arbiter (protection, generation, version, row)
            values (@protection, @generation, @version, @row::jsonb) on conflict do nothing
            """,
            new
            {
                protection = protection.ToString(), generation = row.Generation.Value, version = row.Version,
                row = ApiJson.Write(row),
            },
            change.Transaction) == 1;
    }

    /// <summary>
    /// Adds sites that will hold copies to a row that lives; nothing when it names them already or there is none.
    /// </summary>
    public static async Task AddSitesAsync(Change change, ProtectionId protection, IEnumerable<SiteId> sites)
    {
        if (await LockAsync(change.Transaction, protection) is { } row)
        {
            var now = await NowAsync(change);
            var more = row.With(sites, $"sites/{row.Version}", now);
            if (more.Version != row.Version)
            {
                await StoreAsync(change.Transaction, more, row.Version);
            }
        }
    }

    /// <summary>Closes the row of a protection that is given up.</summary>
    public static async Task<(ArbiterRow? Row, bool IsNew)> CloseAsync(Change change, ProtectionId protection,
        string run)
    {
        if (await LockAsync(change.Transaction, protection) is not { } row)
        {
            return (null, false);
        }

        var closed = row.Close($"{run}/close", run, await NowAsync(change));
        if (closed.Version == row.Version)
        {
            return (row, false);
        }

        await StoreAsync(change.Transaction, closed, row.Version);
        return (closed, true);
    }

    private static async Task<DateTimeOffset> NowAsync(Change change) => new(
        await change.Connection.ExecuteScalarAsync<DateTime>("select clock_timestamp()",
            transaction: change.Transaction), TimeSpan.Zero);

    private static async Task<ArbiterRow?> LockAsync(NpgsqlTransaction transaction, ProtectionId protection) =>
        Parse(await transaction.Connection!.ExecuteScalarAsync<string?>(
            "select row::text from control.arbiter where protection = @id for update",
            new { id = protection.ToString() }, transaction));

    private static async Task StoreAsync(NpgsqlTransaction transaction, ArbiterRow row, long readVersion)
    {
        var stored = await transaction.Connection!.ExecuteAsync(
            """
            update control.arbiter set generation = @generation, version = @version, row = @row::jsonb
            where protection = @protection and version = @readVersion
            """,
            new
            {
                protection = row.Protection.ToString(), generation = row.Generation.Value, version = row.Version,
                row = ApiJson.Write(row), readVersion,
            },
            transaction);
        Domain.Errors.Invariant.Require(stored == 1, "The arbiter's row changed while it was locked.");
    }

    private static ArbiterRow? Parse(string? text) => text is null ? null : ApiJson.Read<ArbiterRow>(text);

    private static AuditEntry RecordOf(ArbiterRequest request, ArbiterAnswer answer, AuditActor actor, string? run)
    {
        var kind = $"arbiter.{KindOf(request)}";
        var once = answer.Granted
            ? request.RequestId
            : $"{request.Asker}\n{kind}\n{answer.Row?.Version}\n{answer.Refusal!.Code}";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Protection}\n{kind}\n{answer.Granted}\n{once}"));
        var data = new JsonObject { ["asker"] = request.Asker.ToString(), ["requestId"] = request.RequestId };
        if (answer.Row is { } row)
        {
            data["generation"] = row.Generation.Value;
            data["version"] = row.Version;
            data["primary"] = row.Primary.ToString();
            data["complete"] = string.Join(',', row.Complete);
            data["exposureBytes"] = row.ExposureBytes;
        }

        if (answer.Refusal is { } refusal)
        {
            data["code"] = refusal.Code;
        }

        if (request is Promote { AcceptLoss: { } accepted })
        {
            data["acceptedBy"] = accepted.By;
            data["acceptedReason"] = accepted.Reason;
            data["acceptedBytes"] = accepted.ExposureBytes;
        }

        return new AuditEntry(kind, actor, new AuditSubject("protection", request.Protection.ToString()))
        {
            Id = $"aud_{new Guid(hash.AsSpan(0, 16)):N}",
            Site = request.Asker.ToString(),
            Run = run,
            Outcome = answer.Granted ? "success" : "refused",
            Reason = answer.Refusal?.Cause,
            Data = data,
        };
    }

    private static EventEntry EventOf(ArbiterRequest request, ArbiterAnswer answer) =>
        new($"arbiter.{KindOf(request)}", request.Protection.ToString())
        {
            Site = request.Asker.ToString(),
            Data = new JsonObject
            {
                ["generation"] = answer.Row!.Generation.Value,
                ["version"] = answer.Row.Version,
                ["primary"] = answer.Row.Primary.ToString(),
                ["complete"] = string.Join(',', answer.Row.Complete),
            },
        };

    private static string KindOf(ArbiterRequest request) => request switch
    {
        GoAlone => "went-alone",
        MarkComplete => "marked-complete",
        Promote => "promoted",
        Confirm => "confirmed",
        _ => KebabCase.FromPascal(request.GetType().Name),
    };
}
