using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Api;

public sealed record SettingsChange(string? Environment, int? DrillEveryDays, string? TimeZone);

/// <param name="SessionIdleSeconds">Set where the control plane is started; shown, not changed here.</param>
public sealed record SettingsView(
    string Environment, int DrillEveryDays, string TimeZone, double SessionIdleSeconds, double SessionLifeSeconds,
    double AgentCertificateLifeSeconds, IReadOnlyList<string> HttpAllow);

/// <summary>Settings of the whole installation.</summary>
internal static class SettingsApi
{
    private const int EnvironmentLengthMax = 40;

    public static void Map(IEndpointRouteBuilder api)
    {
        var settings = api.MapGroup("/settings").WithTags("settings");
        settings.MapGet("", GetAsync).Allow(Access.Read, "getSettings", "The installation's settings.");
        settings.MapPatch("", ChangeAsync).Allow(Access.Administer, "changeSettings", "Change them; If-Match guards.");
    }

    private static async Task<Ok<SettingsView>> GetAsync(
        SettingsStore store, ControlPlaneOptions options, HttpContext context, CancellationToken cancel)
    {
        var (settings, version) = await store.ReadWithVersionAsync(cancel);
        ETags.Set(context, version);
        return TypedResults.Ok(View(settings, options));
    }

    private static async Task<Ok<SettingsView>> ChangeAsync(
        SettingsChange body, Call call, SettingsStore store, ControlPlaneOptions options, ChangeWriter changes,
        HttpContext context, bool dryRun = false, CancellationToken cancel = default)
    {
        var (before, version) = await store.ReadWithVersionAsync(cancel);
        ETags.Require(context, "document", "settings", version);
        var after = new Settings(
            body.Environment ?? before.Environment, body.DrillEveryDays ?? before.DrillEveryDays,
            body.TimeZone ?? before.TimeZone);
        RequireUsable(after);
        await changes.CommitAsync(
            async change =>
            {
                if (await change.Connection.ExecuteAsync(
                    """
                    insert into control.settings as s (document, changed_by) values (@document::jsonb, @by)
                    on conflict (only_row) do update set document = excluded.document, version = s.version + 1,
                      changed_by = excluded.changed_by, changed_at = clock_timestamp() where s.version = @version
                    """,
                    new { document = ApiJson.Write(after), by = call.Caller.Name, version }, change.Transaction) == 0)
                {
                    throw ApiRefusals.Changed("document", "settings", version + 1);
                }

                change.Record(call.Audit("settings.changed", "settings", "installation") with
                {
                    Data = new()
                    {
                        ["environment"] = after.Environment, ["drillEveryDays"] = after.DrillEveryDays,
                        ["timeZone"] = after.TimeZone,
                    },
                });
                change.Tell(new EventEntry("settings.changed", "installation"));
            },
            dryRun, cancel);
        ETags.Set(context, version + 1);
        return TypedResults.Ok(View(after, options));
    }

    private static void RequireUsable(Settings settings)
    {
        if (settings.Environment.Length > EnvironmentLengthMax)
        {
            throw ApiRefusals.Field(
                "environment", $"It has {settings.Environment.Length} characters.",
                    $"Use up to {EnvironmentLengthMax}.");
        }

        if (settings.DrillEveryDays is < 1 or > 3660)
        {
            throw ApiRefusals.Field(
                "drillEveryDays", $"{settings.DrillEveryDays} is not between 1 and 3660.", "Choose a number of days.");
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(settings.TimeZone, out _))
        {
            throw ApiRefusals.Field(
                "timeZone", $"'{settings.TimeZone}' is not a time zone.", "Use a name such as Europe/Berlin.");
        }
    }

    private static SettingsView View(Settings settings, ControlPlaneOptions options) => new(
        settings.Environment, settings.DrillEveryDays, settings.TimeZone, options.SessionIdle.TotalSeconds,
        options.SessionLife.TotalSeconds, options.AgentCertificateLife.TotalSeconds, options.HttpAllow);
}
