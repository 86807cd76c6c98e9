using System.Text.Json.Nodes;
using Dapper;
using Runbooks.Audit;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Recording;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Agents;
using Runbooks.Domain.Status;

namespace Runbooks.ControlPlane.Agents;

/// <summary>An agent's last word, and how old it is by the database's clock.</summary>
public sealed record SiteReport(
    string Site, string Instance, DateTime LastHeartbeat, double AgeSeconds, double ClockOffsetMs, string AgentVersion,
    string Serial, SiteStatus Status);

/// <summary>What every site last said of itself. Nothing in the data path waits for it.</summary>
public sealed class SiteBoard(
        Database database, ChangeWriter changes, Leadership leadership, ControlPlaneOptions options,
            VolumeHistory history)
{
    public async Task<AgentReportAnswer> ReportAsync(
        AgentReport report, AgentCaller caller, IReadOnlyList<string> controlPlanes, CancellationToken cancel)
    {
        var site = caller.Site.ToString();
        if (report.Status.Site != caller.Site)
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.SiteMismatch, "An agent may speak for its own site only.",
                $"The certificate names {site}, the report {report.Status.Site}.",
                "Start the agent with the folder of its own site.", "status.site");
        }

        var (now, stored) = await changes.CommitAsync(
            async change =>
            {
                // Lost with a crash of the database, the next report is two seconds away; events below are not.
                if (report.Status.Anchor is { Conflict.Length: > 0 } refused)
                {
                    await AnchorDesk.TellConflictAsync(change, site, refused.Conflict);
                }

                if (report.Events.Count == 0)
                {
                    await change.Connection.ExecuteAsync(
                        "set local synchronous_commit = off", transaction: change.Transaction);
                }

                var before = await TakePlaceAsync(change, report, caller);
                var fresh = report.Events.Where(e => e.Sequence > before.Stored).OrderBy(e => e.Sequence).ToList();
                foreach (var happened in fresh)
                {
                    Tell(change, site, happened);
                    await ForwardAsync(change, site, happened);
                }

                if (before.IsNew)
                {
                    change.Tell(new EventEntry("site.connected", site) { Site = site });
                }

                var last = fresh.Count == 0 ? before.Stored : fresh[^1].Sequence;
                var at = await StoreAsync(change, report, caller, last);
                return (at, last);
            },
            cancel: cancel);
        history.Add(report.Status, new DateTimeOffset(now, TimeSpan.Zero));
        var peers = await PeersAsync(site, cancel);
        return new AgentReportAnswer(stored, new DateTimeOffset(now, TimeSpan.Zero), leadership.Epoch, controlPlanes, peers);
    }

    public Task<IReadOnlyDictionary<string, SiteReport>> AllAsync(CancellationToken cancel = default) => database.ReadAsync(
        async c => (IReadOnlyDictionary<string, SiteReport>)(await c.QueryAsync<Row>(
                """
                select site, instance, last_heartbeat, extract(epoch from clock_timestamp() - last_heartbeat)::float8 as age,
                       clock_offset_ms, agent_version, serial, status::text as status
                from control.agents
                """))
            .Select(r => new SiteReport(
                r.Site, r.Instance, r.Last_Heartbeat, r.Age, r.Clock_Offset_Ms, r.Agent_Version, r.Serial,
                ApiJson.Read<SiteStatus>(r.Status)))
            .ToDictionary(r => r.Site),
        cancel);

    private async Task<(long Stored, bool IsNew)> TakePlaceAsync(Change change, AgentReport report, AgentCaller caller)
    {
        var place = await change.Connection.QuerySingleOrDefaultAsync<Place>(
            """
            select instance, extract(epoch from clock_timestamp() - last_heartbeat)::float8 as silent_seconds, events_stored
            from control.agents where site = @site for update
            """,
            new { site = caller.Site.ToString() }, change.Transaction);
        if (place is null)
        {
            return (0, true);
        }

        if (place.Instance == report.InstanceId)
        {
            return (place.Events_Stored, false);
        }

        return place.Silent_Seconds < options.AgentSilence.TotalSeconds
            ? throw ApiRefusals.Refuse(
                ApiRefusalCodes.SecondAgent, $"Site {caller.Site} already has a live agent.",
                $"Instance {place.Instance} reported {place.Silent_Seconds:0.0} s ago.",
                "Stop one of the two. Two agents on one site would both believe they own its volumes.")
            : (place.Events_Stored, true);
    }

    private static Task<DateTime> StoreAsync(Change change, AgentReport report, AgentCaller caller, long events) =>
        change.Connection.ExecuteScalarAsync<DateTime>(
            """
            insert into control.agents as a (site, instance, instance_since, last_heartbeat, clock_offset_ms, agent_version,
                                             serial, cluster_epoch, events_stored, status)
            values (@site, @instance, clock_timestamp(), clock_timestamp(),
                    extract(epoch from @at - clock_timestamp()) * 1000, @version, @serial, @epoch, @events, @status::jsonb)
            on conflict (site) do update set
              instance_since = case when a.instance = excluded.instance then a.instance_since else excluded.instance_since end,
              instance = excluded.instance, last_heartbeat = excluded.last_heartbeat,
              clock_offset_ms = excluded.clock_offset_ms, agent_version = excluded.agent_version, serial = excluded.serial,
              cluster_epoch = excluded.cluster_epoch, events_stored = excluded.events_stored, status = excluded.status
            returning last_heartbeat
            """,
            new
            {
                site = caller.Site.ToString(), instance = report.InstanceId, at = report.Status.At.UtcDateTime,
                version = report.Status.AgentVersion, serial = caller.Serial, epoch = report.ClusterEpoch, events,
                status = ApiJson.Write(report.Status),
            },
            change.Transaction);

    private static void Tell(Change change, string site, SiteEvent happened)
    {
        var subject = happened.Protection.IsNone ? site : happened.Protection.ToString();
        var data = new JsonObject
        {
            ["sequence"] = happened.Sequence, ["at"] = AuditTime.Write(happened.At.UtcDateTime), ["cause"] = happened.Cause,
            ["generation"] = happened.Generation.Value, ["exposureBytes"] = happened.ExposureBytes,
        };
        if (!happened.Volume.IsNone)
        {
            data["volume"] = happened.Volume.ToString();
        }

        if (!happened.Peer.IsNone)
        {
            data["peer"] = happened.Peer.ToString();
        }

        change.Record(new AuditEntry(
            $"site.{happened.Kind}", AuditActor.Machine(site),
            new AuditSubject(happened.Protection.IsNone ? "site" : "protection", subject))
        {
            Site = site,
            Data = data,
        });
        change.Tell(new EventEntry($"site.{happened.Kind}", subject) { Site = site, Data = (JsonObject)data.DeepClone() });
    }

    /// <summary>Keeps what the procedure of the protection must hear until the engine has taken it.</summary>
    private static Task ForwardAsync(Change change, string site, SiteEvent happened) => happened.Protection.IsNone
        ? Task.CompletedTask
        : change.Connection.ExecuteAsync(
            """
            insert into control.forwards (site, sequence, protection, event)
            values (@site, @Sequence, @protection, @text::jsonb) on conflict do nothing
            """,
            new { site, happened.Sequence, protection = happened.Protection.ToString(), text = ApiJson.Write(happened) },
            change.Transaction);

    private Task<IReadOnlyDictionary<string, string>> PeersAsync(string site, CancellationToken cancel) => database.ReadAsync(
        async c => (IReadOnlyDictionary<string, string>)(await c.QueryAsync<(string Site, string Address)>(
                "select site, status ->> 'wanAddress' from control.agents where site <> @site", new { site }))
            .Where(p => !string.IsNullOrEmpty(p.Address))
            .ToDictionary(p => p.Site, p => p.Address),
        cancel);

    private sealed record Place(string Instance, double Silent_Seconds, long Events_Stored);

    private sealed record Row(
        string Site, string Instance, DateTime Last_Heartbeat, double Age, double Clock_Offset_Ms, string Agent_Version,
        string Serial, string Status);
}
