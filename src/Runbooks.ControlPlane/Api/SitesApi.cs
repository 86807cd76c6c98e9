using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Security.Pki;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Status;

namespace Runbooks.ControlPlane.Api;

public sealed record SiteBody(string Id, string? Title, string? Location, IReadOnlyDictionary<string, string>? Labels);

public sealed record SiteChange(string? Title, string? Location, IReadOnlyDictionary<string, string>? Labels);

/// <param name="State">never-enrolled, connected, silent or revoked.</param>
public sealed record SiteView(
    string Id, string Title, string Location, IReadOnlyDictionary<string, string> Labels, string State, DateTime CreatedAt,
    AgentView? Agent);

public sealed record AgentView(
    string Instance, string Version, DateTime LastHeartbeat, double SilentSeconds, double ClockOffsetMilliseconds,
    double? CertificateDaysLeft, long FreeBytes, string NbdAddress, string WanAddress, int Volumes);

public sealed record JoinTokenBody(bool Replace = false);

/// <param name="Token">Shown here and never again; only its hash is stored.</param>
/// <param name="CaFingerprint">SHA-256 of the authority: what the agent compares before it trusts.</param>
/// <param name="ControlPlaneAddress">Where the agent finds this control plane's agent port.</param>
/// <param name="Command">The whole command, to be typed at the site's machine.</param>
public sealed record JoinTokenView(
    string Id, string Site, string Token, DateTime ExpiresAt, string CaFingerprint, string ControlPlaneAddress,
    string Command);

public sealed record RevokeBody(string Reason);

/// <summary>Sites, their one-time join tokens and their agents' certificates.</summary>
internal static class SitesApi
{
    private static readonly TimeSpan JoinTokenLife = TimeSpan.FromMinutes(15);

    public static void Map(IEndpointRouteBuilder api)
    {
        var sites = api.MapGroup("/sites").WithTags("sites");
        sites.MapGet("", ListAsync).Allow(Access.Read, "listSites", "Every site with its agent's last word.");
        sites.MapPost("", CreateAsync).Allow(Access.Administer, "createSite", "Make a site; its agent joins with a token.");
        sites.MapGet("/{site}", GetAsync).Allow(Access.Read, "getSite", "One site.");
        sites.MapPatch("/{site}", ChangeAsync).Allow(Access.Administer, "changeSite", "Change title, location or labels.");
        sites.MapDelete("/{site}", RemoveAsync).Allow(Access.Administer, "removeSite", "Remove a site nothing lives on.");
        sites.MapGet("/{site}/status", StatusAsync).Allow(Access.Read, "getSiteStatus", "The agent's last report, whole.");
        sites.MapPost("/{site}/join-tokens", TokenAsync).WithMetadata(new SecretAnswer())
            .Allow(Access.Administer, "createJoinToken", "A one-time token, good for 15 minutes, for one agent to join.");
        sites.MapPost("/{site}/revoke", RevokeAsync)
            .Allow(Access.Administer, "revokeSite", "Put every certificate of the site's agent on the deny list.");
    }

    private static async Task<Ok<Page<SiteView>>> ListAsync(Database database, SiteBoard board, CancellationToken cancel)
    {
        var reports = await board.AllAsync(cancel);
        var rows = await database.ReadAsync(c => c.QueryAsync<Row>($"{Select} where s.removed_at is null order by s.id"), cancel);
        return TypedResults.Ok(new Page<SiteView>([.. rows.Select(r => View(r, reports))], null));
    }

    private static async Task<Ok<SiteView>> GetAsync(
        string site, Database database, SiteBoard board, HttpContext context, CancellationToken cancel)
    {
        var row = await FindAsync(database, site, cancel);
        ETags.Set(context, row.Version);
        return TypedResults.Ok(View(row, await board.AllAsync(cancel)));
    }

    private static async Task<Ok<SiteStatus>> StatusAsync(
        string site, Database database, SiteBoard board, CancellationToken cancel)
    {
        await FindAsync(database, site, cancel);
        return (await board.AllAsync(cancel)).TryGetValue(site, out var report)
            ? TypedResults.Ok(report.Status)
            : throw ApiRefusals.NotFound("report of site", site);
    }

    private static async Task<Created<SiteView>> CreateAsync(
        SiteBody body, Call call, ChangeWriter changes, Database database, bool dryRun = false, CancellationToken cancel = default)
    {
        if (!SiteId.TryParse(body.Id, out var id))
        {
            throw ApiRefusals.Field("id", $"'{body.Id}' is not {SiteId.Shape}.", "Choose a short name such as site-a.");
        }

        call.RequireScope(body.Id, null, $"site {id}");
        await changes.CommitAsync(
            async change =>
            {
                var made = await change.Connection.ExecuteAsync(
                    """
                    insert into control.sites (id, title, location, labels)
                    values (@Id, @Title, @Location, @labels::jsonb) on conflict (id) do nothing
                    """,
                    new
                    {
                        body.Id, Title = body.Title ?? "", Location = body.Location ?? "",
                        labels = ApiJson.Write(body.Labels ?? new Dictionary<string, string>()),
                    },
                    change.Transaction);
                if (made == 0)
                {
                    throw ApiRefusals.Exists("site", body.Id);
                }

                change.Record(call.Audit("site.created", "site", body.Id) with { Site = body.Id });
                change.Tell(new EventEntry("site.created", body.Id) { Site = body.Id });
            },
            dryRun, cancel);
        var view = new SiteView(body.Id, body.Title ?? "", body.Location ?? "",
            body.Labels ?? new Dictionary<string, string>(), "never-enrolled", DateTime.UtcNow, null);
        return TypedResults.Created($"/api/v1/sites/{body.Id}", view);
    }

    private static async Task<NoContent> ChangeAsync(
        string site, SiteChange body, Call call, ChangeWriter changes, Database database, HttpContext context,
        bool dryRun = false, CancellationToken cancel = default)
    {
        call.RequireScope(site, null, $"site {site}");
        var row = await FindAsync(database, site, cancel);
        ETags.Require(context, "site", site, row.Version);
        await changes.CommitAsync(
            async change =>
            {
                var version = await change.Connection.ExecuteScalarAsync<long?>(
                    """
                    update control.sites set title = coalesce(@Title, title), location = coalesce(@Location, location),
                      labels = coalesce(@labels::jsonb, labels), version = version + 1
                    where id = @site and version = @Version returning version
                    """,
                    new
                    {
                        site, body.Title, body.Location, row.Version,
                        labels = body.Labels is null ? null : ApiJson.Write(body.Labels),
                    },
                    change.Transaction) ?? throw ApiRefusals.Changed("site", site, row.Version + 1);
                ETags.Set(context, version);
                change.Record(call.Audit("site.changed", "site", site) with { Site = site });
                change.Tell(new EventEntry("site.changed", site) { Site = site });
            },
            dryRun, cancel);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> RemoveAsync(
        string site, Call call, ChangeWriter changes, Database database, DenyList denied, bool dryRun = false,
        CancellationToken cancel = default)
    {
        call.RequireScope(site, null, $"site {site}");
        await FindAsync(database, site, cancel);
        await changes.CommitAsync(
            async change =>
            {
                var workload = await change.Connection.ExecuteScalarAsync<string?>(
                    """
                    select id from control.workloads where site = @site and removed_at is null
                    union all
                    select workload from control.protections where ended_at is null and policy -> 'standbys' @> to_jsonb(@site)
                    limit 1
                    """,
                    new { site }, change.Transaction);
                if (workload is not null)
                {
                    throw ApiRefusals.InUse("site", site, $"workload {workload}");
                }

                await change.Connection.ExecuteAsync(
                    """
                    update control.sites set removed_at = clock_timestamp(), version = version + 1 where id = @site;
                    update control.certificates set revoked_at = clock_timestamp(), reason = 'site removed'
                      where site = @site and revoked_at is null;
                    delete from control.agents where site = @site;
                    """,
                    new { site }, change.Transaction);
                change.Record(call.Audit("site.removed", "site", site) with { Site = site });
                change.Tell(new EventEntry("site.removed", site) { Site = site });
            },
            dryRun, cancel);
        await denied.RefreshAsync(cancel);
        return TypedResults.NoContent();
    }

    private static async Task<Created<JoinTokenView>> TokenAsync(
        string site, JoinTokenBody body, Call call, ChangeWriter changes, Database database,
        CertificateAuthority authority, Addresses addresses, HttpContext context, bool dryRun = false,
        CancellationToken cancel = default)
    {
        call.RequireScope(site, null, $"site {site}");
        await FindAsync(database, site, cancel);
        var token = TokenText.Make(TokenText.JoinPrefix);
        var id = call.NewId("jtk_");
        var expires = await changes.CommitAsync(
            async change =>
            {
                var live = await change.Connection.ExecuteScalarAsync<bool>(
                    "select exists (select from control.certificates where site = @site and revoked_at is null and not_after > now())",
                    new { site }, change.Transaction);
                if (live && !body.Replace)
                {
                    throw ApiRefusals.Refuse(
                        ApiRefusalCodes.InUse, $"Site {site} has an agent with a valid certificate.",
                        "A second agent for one site is never right.",
                        "To move the site to another machine send \"replace\": true; the old certificate is then revoked.",
                        "replace");
                }

                var at = await change.Connection.ExecuteScalarAsync<DateTime?>(
                    """
                    insert into control.join_tokens (id, site, hash, created_by, expires_at)
                    values (@id, @site, @hash, @by, clock_timestamp() + @JoinTokenLife) on conflict (id) do nothing
                    returning expires_at
                    """,
                    new { id, site, hash = TokenText.Hash(token), by = call.Caller.UserId, JoinTokenLife }, change.Transaction)
                    ?? throw TokensApi.ShownOnce();
                change.Record(call.Audit("site.join-token-created", "site", site) with { Site = site });
                return at;
            },
            dryRun, cancel);
        var (shown, fingerprint, address) = (
            dryRun ? "" : token, CertificateIdentity.FingerprintOf(authority.Root), addresses.AgentSeenFrom(context));
        return TypedResults.Created((string?)null, new JoinTokenView(
            id, site, shown, expires, fingerprint, address,
            $"Runbooks.SiteAgent join --control-plane {address} --token {(dryRun ? "TOKEN" : token)} "
                + $"--ca-fingerprint {fingerprint} --site {site}"));
    }

    private static async Task<NoContent> RevokeAsync(
        string site, RevokeBody body, Call call, ChangeWriter changes, Database database, DenyList denied,
        bool dryRun = false, CancellationToken cancel = default)
    {
        call.RequireScope(site, null, $"site {site}");
        await FindAsync(database, site, cancel);
        if (body.Reason.Trim().Length < 3)
        {
            throw ApiRefusals.Field("reason", "It is empty.", "Say why; it is recorded.");
        }

        await changes.CommitAsync(
            async change =>
            {
                var count = await change.Connection.ExecuteAsync(
                    """
                    update control.certificates set revoked_at = clock_timestamp(), reason = @Reason
                    where site = @site and revoked_at is null
                    """,
                    new { site, body.Reason }, change.Transaction);
                change.Record(call.Audit("site.certificate-revoked", "site", site) with
                {
                    Site = site, Reason = body.Reason, Data = new() { ["certificates"] = count },
                });
                change.Tell(new EventEntry("site.certificate-revoked", site) { Site = site });
            },
            dryRun, cancel);
        await denied.RefreshAsync(cancel);
        return TypedResults.NoContent();
    }

    private const string Select =
        """
        select s.id, s.title, s.location, s.labels::text as labels, s.version, s.created_at,
          (select max(extract(epoch from c.not_after - now()) / 86400)::float8 from control.certificates c
           where c.site = s.id and c.revoked_at is null) as days,
          exists (select from control.certificates c where c.site = s.id) as enrolled
        from control.sites s
        """;

    private static async Task<Row> FindAsync(Database database, string site, CancellationToken cancel) =>
        await database.ReadAsync(
            c => c.QuerySingleOrDefaultAsync<Row>($"{Select} where s.id = @site and s.removed_at is null", new { site }), cancel)
        ?? throw ApiRefusals.NotFound("site", site);

    private static SiteView View(Row row, IReadOnlyDictionary<string, SiteReport> reports)
    {
        var report = reports.GetValueOrDefault(row.Id);
        var state = (row.Enrolled, row.Days, report) switch
        {
            (false, _, _) => "never-enrolled",
            (_, null, _) => "revoked",
            (_, _, { AgeSeconds: < 15 }) => "connected",
            _ => "silent",
        };
        return new SiteView(
            row.Id, row.Title, row.Location, ApiJson.Read<Dictionary<string, string>>(row.Labels), state, row.Created_At,
            report is null
                ? null
                : new AgentView(
                    report.Instance, report.AgentVersion, report.LastHeartbeat, report.AgeSeconds, report.ClockOffsetMs,
                    row.Days, report.Status.FreeBytes, report.Status.NbdAddress, report.Status.WanAddress,
                    report.Status.Volumes.Count));
    }

    private sealed record Row(
        string Id, string Title, string Location, string Labels, long Version, DateTime Created_At, double? Days, bool Enrolled);
}
