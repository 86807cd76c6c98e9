using Runbooks.Definitions;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Status;
using Runbooks.Domain.Units;
using Runbooks.Tests.Sweep.World;
using Runbooks.Workflows.CatchUp;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.Degradation;
using Runbooks.Workflows.Drill;
using Runbooks.Workflows.Failback;
using Runbooks.Workflows.Failover;
using Runbooks.Workflows.RecoveryPoint;
using Runbooks.Workflows.ReplicationSetup;
using Runbooks.Workflows.Runbook;
using Runbooks.Workflows.Unprotect;

namespace Runbooks.Tests.Sweep.Harness;

/// <summary>One procedure in one situation.</summary>
/// <param name="Name">Names the test case.</param>
/// <param name="Workflow">Workflow type.</param>
/// <param name="NewWorld">The situation before the run.</param>
/// <param name="Input">The run's input, for a group of the given name.</param>
internal sealed record Scenario(string Name, string Workflow, Func<WorldModel> NewWorld, Func<WorldModel, string, object> Input)
{
    public const string Run = "run_000001";
    private static readonly RecoveryPointId OldPoint = RecoveryPointId.Parse("rp_000001");

    /// <summary>True when a run that never passed the fence must leave the world exactly as it was.</summary>
    public bool LeavesNothingBeforeTheFence { get; init; } = true;

    /// <summary>Signals sent right after the start.</summary>
    public IReadOnlyList<(string Name, object?[] Args)> Signals { get; init; } = [];

    public override string ToString() => Name;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("setup", "ReplicationSetup", () => new WorldModel(["database"], hasStandby: false), (w, _) => new SetupInput(
            Run, w.Members[0].Policy, w.Members[0].Workload, WorldModel.North, WorldModel.South)),
        new("setup-two-standbys", "ReplicationSetup", () => new WorldModel(["database"], hasStandby: false),
            (w, _) => new SetupInput(
            Run, w.Members[0].Policy with { Standbys = [WorldModel.South, WorldModel.East] }, w.Members[0].Workload,
            WorldModel.North, WorldModel.South)
        {
            Others = [WorldModel.East],
        }),
        new("unprotect", "Unprotect", () => new WorldModel(["database"], hasStandby: true), (w, group) =>
            Remove(w, group, keep: true)) { LeavesNothingBeforeTheFence = false },
        new("unprotect-deleting", "Unprotect", () => new WorldModel(["database"], hasStandby: true), (w, group) =>
            Remove(w, group, keep: false)) { LeavesNothingBeforeTheFence = false },
        new("unprotect-standby-gone", "Unprotect", SouthGone, (w, group) =>
            Remove(w, group, keep: true)) { LeavesNothingBeforeTheFence = false },
        new("unprotect-failed-setup", "Unprotect", () => new WorldModel(["database"], hasStandby: false), (w, group) =>
            Remove(w, group, keep: false)) { LeavesNothingBeforeTheFence = false },
        new("unprotect-primary-gone", "Unprotect",
            () => Silent(WorldModel.North), (w, group) =>
            Remove(w, group, keep: true) with { IsForced = true }) { LeavesNothingBeforeTheFence = false },
        new("recovery-point", "RecoveryPoint", WithOldPoint, (w, _) => new RecoveryPointInput(
            Run, w.Members[0].Policy.Id, RecoveryPointReason.Periodic, [WorldModel.South],
            [new PlacedPoint(WorldModel.South, OldPoint)])) { LeavesNothingBeforeTheFence = false },
        new("catch-up", "CatchUp", Apart, (w, _) => new CatchUpInput(
            Run, w.Members[0].Policy.Id, WorldModel.North, WorldModel.South)) { LeavesNothingBeforeTheFence = false },
        new("degradation", "Degradation", Apart, (w, _) => new DegradationInput(w.Members[0].Policy, null, 0, 0))
        {
            LeavesNothingBeforeTheFence = false,
            Signals = [("Hear", [Event(1, "link-degraded")]), ("Hear", [Event(2, "link-in-sync")]), ("End", [])],
        },
        new("recovery-points", "RecoveryPoints", PointsAboveTheCount, (w, _) => w.Members[0].Policy.Id)
        {
            LeavesNothingBeforeTheFence = false,
        },
        new("failover-planned", "Failover", Pair, (w, _) => Move(w, RunKind.FailoverPlanned)),
        new("failover-unplanned", "Failover", NorthGone, (w, _) => Move(w, RunKind.FailoverUnplanned)),
        new("failover-incomplete", "Failover", NorthGoneBehind, (w, _) => Move(w, RunKind.FailoverUnplanned)),
        new("failback", "Failback", NorthBack, (w, _) => new FailbackInput(
            Run, w.Picture, WorldModel.North, "tester", "the site is back")) { LeavesNothingBeforeTheFence = false },
        new("drill", "Drill", Pair, (w, _) => new DrillInput(Run, w.Picture, WorldModel.South)),
        Document("drill-isolated", RunKind.DrillIsolated, Pair, ("hold", "0s"), ("point", "latest")),
        Document("drill-realistic", RunKind.DrillRealistic, Pair, ("to", "south"), ("stay", "1s")) with { LeavesNothingBeforeTheFence = false },
        Document("failover-planned", RunKind.FailoverPlanned, Pair, ("to", "south")),
        Document("failover-unplanned", RunKind.FailoverUnplanned, NorthGone, ("to", "south"), ("point", "latest")),
        Document("failback", RunKind.Failback, NorthBack, ("to", "north")) with { LeavesNothingBeforeTheFence = false },
        Document("three-tier", RunKind.FailoverUnplanned, ThreeTiersGone, ("to", "south"), ("database", "db:5432"), ("url", "http://web/")),
    ];

    public static Scenario Of(string name) => All.Single(s => s.Name == name);

    /// <summary>A run of a document's text.</summary>
    public static Scenario OfText(string name, string text, RunKind kind, Func<WorldModel> world, params (string Name, string Value)[] inputs)
    {
        var parsed = RunbookParser.Parse(text);
        Assert.True(parsed.IsValid, string.Join("; ", parsed.Problems));
        return new Scenario(name, "Runbook", world, (_, group) => new RunInput(
            RunId.Parse(Run), kind, GroupId.Parse(group), text, "hash", inputs.ToDictionary(i => i.Name, i => i.Value), "tester", "a test"));
    }

    public static WorldModel Pair() => new(["database", "web"], hasStandby: true);

    public static WorldModel NorthGone() => Gone(Pair());

    private static Scenario Document(string name, RunKind kind, Func<WorldModel> world, params (string Name, string Value)[] inputs) =>
        OfText($"runbook-{name}", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Runbooks", $"{name}.yaml")), kind, world, inputs);

    private static FailoverInput Move(WorldModel world, RunKind kind) =>
        new(Run, kind, world.Picture, WorldModel.South, "tester", "a test") { QuestionSeconds = 60 };

    private static UnprotectInput Remove(WorldModel world, string group, bool keep) => new(
        Run, world.Members[0].Policy with { Group = GroupId.Parse(group) }, WorldModel.North) { KeepCopies = keep };

    /// <summary>One older point is listed; another is off the list and was not dropped in time.</summary>
    public static WorldModel PointsAboveTheCount()
    {
        var world = new WorldModel(["database"], hasStandby: true);
        foreach (var list in new[] { world.Leaving, world.Listed })
        {
            var id = RecoveryPointId.FromGuid(Guid.NewGuid());
            world.Sites[WorldModel.South].Points[id] =
                new PointModel(world.Members[0].Policy.Id, "earlier", RecoveryPointReason.Periodic, 50);
            list.Add(new PlacedPoint(WorldModel.South, id));
        }

        return world;
    }

    private static WorldModel WithOldPoint()
    {
        var world = new WorldModel(["database"], hasStandby: true);
        world.Sites[WorldModel.South].Points[OldPoint] = new PointModel(
            world.Members[0].Policy.Id, "run_000000", RecoveryPointReason.Periodic, 1);
        return world;
    }

    private static WorldModel SouthGone() => Silent(WorldModel.South);

    private static WorldModel Silent(SiteId site)
    {
        var world = new WorldModel(["database"], hasStandby: true);
        world.Sites[site].IsSilent = true;
        return world;
    }

    private static WorldModel Apart()
    {
        var world = new WorldModel(["database"], hasStandby: true);
        world.LoseLink(20);
        return world;
    }

    private static WorldModel Gone(WorldModel world)
    {
        world.Sites[WorldModel.North].IsDown = true;
        return world;
    }

    public static WorldModel NorthGoneBehind()
    {
        var world = Pair();
        world.LoseLink(20);
        return Gone(world);
    }

    private static WorldModel ThreeTiersGone() => Gone(new WorldModel(["database", "database", "app", "web"], hasStandby: true));

    // South took over while north was away; south has written since.
    private static WorldModel NorthBack()
    {
        var world = Pair();
        foreach (var member in world.Members)
        {
            var row = world.Rows[member.Policy.Id];
            world.Rows[member.Policy.Id] = WorldModel.Decide(
                row, new Domain.Arbiter.Promote(row.Generation, row.Version, WorldModel.South, null, null)
                {
                    Protection = member.Policy.Id, RequestId = "earlier", Asker = WorldModel.South,
                }).Row!;
            var (north, south) = (world.Sites[WorldModel.North], world.Sites[WorldModel.South]);
            (north.Copies[member.Policy.Id].IsOpen, north.Copies[member.Policy.Id].Role) = (false, Role.Fenced);
            var copy = south.Copies[member.Policy.Id];
            (copy.Role, copy.IsOpen, copy.Generation, copy.Position) = (Role.Primary, true, Generation.First.Next, 130);
            world.Acknowledged[member.Policy.Id] = 130;
            north.Machines.Clear();
            south.Machines.Add(member.Workload.Id.ToString());
        }

        world.Tracking.Clear();
        return world;
    }

    private static SiteEvent Event(long sequence, string kind) => new(
        sequence, DateTimeOffset.UnixEpoch.AddSeconds(sequence), kind, VolumeId.Parse("vol_000001"), ProtectionId.Parse("prt_000001"),
        Generation.First, "the link was lost", 20) { Peer = WorldModel.South };
}
