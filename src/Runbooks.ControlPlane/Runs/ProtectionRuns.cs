using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Runbooks.Audit;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Text;
using Runbooks.Domain.Workloads;
using Runbooks.Workflows.ReplicationSetup;
using Runbooks.Workflows.Unprotect;

namespace Runbooks.ControlPlane.Runs;

/// <summary>
/// The runs that begin a protection and give it up: they follow no document, their plan is the procedure itself.
/// </summary>
internal static class ProtectionRuns
{
    /// <summary>Requests the set-up; again for a protection whose set-up failed.</summary>
    public static async Task RequestSetupAsync(
        Change change, Call call, ProtectionPolicy policy, WorkloadMetadata workload, string run, string reason)
    {
        var input =
            new SetupInput(run, policy, workload, policy.HomeSite,
                policy.Standbys[0]) { Others = [.. policy.Standbys.Skip(1)] };
        await InsertAsync(
            change, call, policy, run, "setup", "ReplicationSetup", $"setup/{policy.Id}/{policy.Standbys[0]}/{run}",
                isReal: true,
            JsonSerializer.Serialize(input), PlanHash("setup", policy, new Dictionary<string, string>(), []), reason,
                "{}");
        change.Tell(new EventEntry("protection.requested", policy.Id.ToString()) { Group = policy.Group.ToString() });
    }

    /// <summary>Requests the removal.</summary>
    /// <param name="generations">Of the whole group, as an approval will compare them.</param>
    public static async Task RequestRemovalAsync(
        Change change, Call call, Removal removal, string run, string reason,
        IReadOnlyDictionary<string, long> generations)
    {
        var policy = removal.Policy;
        var input = new UnprotectInput(run, policy, removal.Primary)
        {
            KeepCopies = removal.KeepCopies, OnlyCopies = removal.OnlyCopies, IsForced = removal.IsForced,
        };
        await InsertAsync(
            change, call, policy, run, "unprotect", "Unprotect", $"unprotect/{policy.Id}/{run}", isReal: true,
            JsonSerializer.Serialize(input), removal.PlanHash, reason, ApiJson.Write(generations),
            removal.IsForced ? 1 : 0);
        change.Tell(new EventEntry("protection.removal-requested",
            policy.Id.ToString()) { Group = policy.Group.ToString() });
    }

    /// <summary>
    /// A set-up or a removal that ended without its goal says so at the protection, whatever ended it: the procedure
    /// may have had no chance
    /// to. In the transaction that ends the run.
    /// </summary>
    public static async Task EndedAsync(Change change, string run)
    {
        var failed =
            await change.Connection.QuerySingleOrDefaultAsync<(string Id, string Group, string State, string? Cause)?>(
            """
            update control.protections p set state = r.kind || '-failed', version = p.version + 1
            from control.runs r
            where r.id = @run and p.run = r.id and p.ended_at is null and r.ended_at is not null
              and r.state <> 'succeeded'
              and (r.kind = 'setup' or (r.kind = 'unprotect' and p.state = 'unprotecting'))
              and p.state <> r.kind || '-failed'
            returning p.id, p.grp, p.state, r.failure ->> 'message'
            """,
            new { run }, change.Transaction);
        if (failed is not { } row)
        {
            return;
        }

        change.Record(new AuditEntry(
            $"protection.{row.State}", AuditActor.System("control-plane"), new AuditSubject("protection", row.Id))
        {
            Id = $"aud_{run[4..]}p", Run = run, Group = row.Group, Outcome = "failure", Reason = row.Cause,
        });
        change.Tell(new EventEntry($"protection.{row.State}", row.Id) { Run = run, Group = row.Group,
            Data = new() { ["cause"] = row.Cause } });
    }

    private static async Task InsertAsync(
        Change change, Call call, ProtectionPolicy policy, string run, string kind, string workflow,
            string workflowId, bool isReal,
        string input, string hash, string reason, string expected, int approvals = 0)
    {
        await RunDesk.InsertAsync(change, new NewRun(
            run, kind, isReal, null, null, null, hash, policy.Group.ToString(), workflow, workflowId, input, reason,
                call.Caller.UserId, approvals,
            TimeSpan.FromMinutes(30), "approver", expected, "{}"));
        await change.Connection.ExecuteAsync(
            "update control.protections set run = @run, version = version + 1 where id = @id",
            new { run, id = policy.Id.ToString() }, change.Transaction);
        change.Record(call.Audit("run.requested", "run", run) with
        {
            Run = run, Group = policy.Group.ToString(), Reason = reason,
            Data = new()
            {
                ["kind"] = kind, ["real"] = isReal, ["planHash"] = hash, ["protection"] = policy.Id.ToString(),
                ["workload"] = policy.Workload.ToString(), ["primary"] = policy.HomeSite.ToString(),
                ["standbys"] = string.Join(',', policy.Standbys),
            },
        });
        change.Tell(new EventEntry("run.requested", run) { Run = run, Group = policy.Group.ToString() });
    }

    private static string PlanHash(
        string kind, ProtectionPolicy policy, IReadOnlyDictionary<string, string> inputs, SortedDictionary<string,
            long> generations) =>
        RunPlanner.HashOf(
            kind, policy.Group, new SortedDictionary<string,
                string>(new Dictionary<string, string>(inputs), StringComparer.Ordinal)
            {
                ["protection"] = policy.Id.ToString(),
            },
            generations);

    /// <summary>A removal, decided but not done.</summary>
    internal sealed record Removal(StoredProtection Stored, ArbiterRow? Row, bool KeepCopies, ExposureView Exposure)
    {
        /// <summary>The primary's agent is gone for good and is not asked.</summary>
        public bool IsForced { get; init; }

        /// <summary>Points that a person keeps: they go with copies that are deleted.</summary>
        public int KeptPoints { get; init; }

        public ProtectionPolicy Policy => Stored.Policy;

        public bool OnlyCopies => Stored.State == "removed";

        public SiteId Primary => Row?.Primary ?? Policy.HomeSite;

        public SortedDictionary<string, long> Generations => new(StringComparer.Ordinal)
        {
            [Policy.Id.ToString()] = Row?.Generation.Value ?? 0,
        };

        public string PlanHash => ProtectionRuns.PlanHash(
            "unprotect", Policy,
            new Dictionary<string, string>
            {
                ["keepCopies"] = KeepCopies ? "true" : "false", ["primary"] = Primary.ToString(),
                    ["state"] = Stored.State, ["force"] = IsForced ? "true" : "false",
            },
            Generations);

        /// <summary>What a start would do.</summary>
        public ExplainView Explain()
        {
            var standbys =
                string.Join(", ", (Row?.Sites ?? []).Concat(Policy.Standbys).Where(s => s != Primary).Distinct());
            var copies =
                KeepCopies ? $"copies at {standbys} are kept, fenced"
                : $"copies at {standbys} and their recovery points are DELETED"
                    + (KeptPoints == 0 ? "" : $", {KeptPoints} of them KEPT by people");
            IEnumerable<ExplainStep> steps =
            [
                Step("1", "group.hold", "Hold the group; check that the primary is the one shown", acts: false),
                .. OnlyCopies ? Array.Empty<ExplainStep>() :
                [
                    Step("2", "protection.say", "Record it as unprotecting; end the procedure that watches its link"),
                    IsForced
                        ? Step(
                            "3", "replication.stop", $"Nothing is asked of {Primary}: its image and its record of "
                                + "the standbys stay there as they are", acts: false)
                        : Step("3", "replication.stop", $"Stop replication at {Primary}; it serves on alone"),
                    Step("4", "arbiter.close", "Close the arbiter's row: nobody can be promoted any more",
                        irreversible: true),
                ],
                Step("5", "copies.release",
                    KeepCopies ? $"Keep the copies at {standbys}, fenced" : $"Delete the copies at {standbys}",
                    irreversible: true),
                Step("6", "protection.record", "Record it as removed"),
            ];
            if (IsForced)
            {
                return View(
                    $"REAL: Protection of {Policy.Workload} ({Policy.Id}) is removed BY FORCE: {Primary} is gone. The "
                        + $"{copies}: they are the only copies left, and after this nobody can fail over to them.",
                    new ApprovalView("approver", 1, 1800), steps);
            }

            return View(
                $"REAL: {(OnlyCopies ? "Kept copies of" : "Protection of")} {Policy.Workload} ({Policy.Id}) "
                    + $"{(OnlyCopies ? "are" : "is")} "
                    + $"removed. {Primary} serves on{(OnlyCopies ? "" : ", unprotected")}; {copies}.",
                null, steps);
        }

        private ExplainView View(string summary, ApprovalView? approval, IEnumerable<ExplainStep> steps) => new(
            "unprotect", null, "", PlanHash, "unprotect", true, Policy.Group.ToString(), summary, approval, null, null,
            "no earlier run of every step", Generations, Exposure.Text, [.. steps]);

        private static ExplainStep Step(string path, string kind, string title, bool acts = true,
            bool irreversible = false) => new(
            path, kind, title,
                path == "1" ? [] : [(int.Parse(path, System.Globalization.CultureInfo.InvariantCulture) - 1).ToString(
                System.Globalization.CultureInfo.InvariantCulture)],
            acts, irreversible, false, 600, 0, "fail", null, new JsonObject());
    }
}
