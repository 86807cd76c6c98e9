using System.Globalization;
using Dapper;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Errors;

namespace Runbooks.ControlPlane.Runs;

/// <summary>Drafts are saved as revisions, so that an editor's autosave never costs anybody their text.</summary>
internal static class RunbookDrafts
{
    // Enough for a day's work at one revision per half minute of typing.
    private const int RevisionsKept = 500;

    /// <returns>The draft's new version, for its entity tag.</returns>
    public static async Task<long> SaveAsync(
        Change change, Call call, string name, string document, string hash, bool autosave, HttpContext context)
    {
        var current = await change.Connection.QuerySingleOrDefaultAsync<Draft>(
            "select version, draft as text, author, updated_at from control.runbooks where name = @name for update",
            new { name }, change.Transaction);
        RequireUnchanged(context, name, current);
        var next = await change.Connection.ExecuteScalarAsync<long>(
            """
            insert into control.runbooks (name, draft, draft_hash, author) values (@name, @document, @hash, @by)
            on conflict (name) do update set draft = excluded.draft, draft_hash = excluded.draft_hash,
              author = excluded.author, version = runbooks.version + 1, updated_at = clock_timestamp(),
                archived_at = null
            returning version
            """,
            new { name, document, hash, by = call.Caller.Name }, change.Transaction);
        await change.Connection.ExecuteAsync(
            """
            insert into control.runbook_revisions (name, revision, document, hash, author)
            values (@name, @next, @document, @hash, @by) on conflict do nothing;
            delete from control.runbook_revisions where name = @name and revision <= @next - @RevisionsKept;
            """,
            new { name, next, document, hash, by = call.Caller.Name, RevisionsKept }, change.Transaction);

        // The revisions say who typed what; the audit says what somebody meant to keep.
        if (!autosave)
        {
            change.Record(call.Audit("runbook.saved", "runbook", name) with
            {
                Data = new() { ["hash"] = hash, ["revision"] = next },
            });
        }

        change.Tell(new EventEntry("runbook.saved", name)
        {
            Data = new() { ["revision"] = next, ["author"] = call.Caller.Name },
        });
        return next;
    }

    /// <summary>A version keeps the drawing it was published with.</summary>
    public static Task PinLayoutAsync(Change change, string name, int number) => change.Connection.ExecuteAsync(
        """
        insert into control.runbook_layouts (name, number, layout)
        select name, @number, layout from control.runbook_layouts where name = @name and number = 0
          on conflict do nothing
        """,
        new { name, number }, change.Transaction);

    private static void RequireUnchanged(HttpContext context, string name, Draft? current)
    {
        var asked = context.Request.Headers.IfMatch.ToString();
        var isNew = context.Request.Headers.IfNoneMatch.ToString() == "*";
        var version = current?.Version ?? 0;
        if ((asked.Length == 0 || asked == "*" || asked == $"\"{version}\"") && !(isNew && current is not null))
        {
            return;
        }

        throw new RefusalException(new Refusal(
            ApiRefusalCodes.DraftChanged, $"The draft of {name} was changed meanwhile.",
            current is null ? "It does not exist any more." : $"{current.Author} saved revision {version} after yours.",
            "Compare both, keep what is right of each, and save on the newer one.")
        {
            Details = current is null
                ? new Dictionary<string, string> { ["version"] = "0" }
                : new Dictionary<string, string>
                {
                    ["version"] = version.ToString(CultureInfo.InvariantCulture), ["author"] = current.Author,
                    ["updatedAt"] = current.Updated_At.ToString("O", CultureInfo.InvariantCulture),
                    ["document"] = current.Text,
                },
        });
    }

    private sealed record Draft(long Version, string Text, string Author, DateTime Updated_At);
}
