using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Workflows;
using Runbooks.Workflows.Sites;

namespace Runbooks.Tests.Sweep.World;

/// <summary>A site's agent, as far as procedures can tell.</summary>
internal sealed class WorldSiteActivities(Worlds worlds, SiteId at)
    : IReplicationActivities, IRoleActivities, IRecoveryPointActivities, IMachineActivities
{
    private static readonly Dictionary<string, string> Exports = new() { ["disk0"] = "export" };

    private WorldModel World => worlds.Current;

    public Task<TargetCheck> CheckTargetAsync(CheckTargetRequest request) => At("check-target", s =>
        s.Copies.ContainsKey(request.Policy.Id)
            ? throw Refusals.Of($"{at} holds a copy already")
            : new TargetCheck("1.0", 1 << 30, 1 << 20, DateTimeOffset.UnixEpoch, $"{at}:7000"));

    public Task<SourceCheck> CheckSourceAsync(CheckSourceRequest request) => At("check-source", s =>
        s.Copies.ContainsKey(request.Policy.Id)
            ? new SourceCheck("1.0", 1 << 20, 1 << 19, DateTimeOffset.UnixEpoch)
            : throw Refusals.Of($"{at} has no image"));

    public Task CreateStandbyAsync(CreateStandbyRequest request) => Once("create-standby", request.Key, s =>
        s.Copies[request.Policy.Id] = new CopyModel { Role = Role.Standby, Generation = Generation.First });

    public Task RemoveStandbyAsync(RemoveStandbyRequest request) => Once("remove-standby", request.Key, s => s.Copies.Remove(request.Protection));

    public Task BeginTrackingAsync(BeginTrackingRequest request) =>
        Once("begin-tracking", request.Key, _ => World.Tracking.Add((request.Policy.Id, request.Standby)));

    public Task EndTrackingAsync(EndTrackingRequest request) =>
        Once("end-tracking", request.Key, _ => World.Tracking.Remove((request.Protection, request.Standby)));

    public Task ReleaseStandbyAsync(ReleaseStandbyRequest request) => Once("release-standby", request.Key, s =>
    {
        if (s.Copies.TryGetValue(request.Protection, out var copy))
        {
            copy.Role = Role.Fenced;
            copy.IsOpen = false;
            copy.Generation = request.Generation.Next;
            if (World.Rows.TryGetValue(request.Protection, out var row) && row.ClosedAt is null)
            {
                World.Violations.Enqueue($"{at} was released while {request.Protection} can still be promoted");
            }
        }

        return true;
    });

    public Task<CopyResult> FullCopyAsync(CopyRequest request) => Once("full-copy", request.Key, s =>
    {
        World.Sites[request.Standby].Copies[request.Protection].Position = s.Copies[request.Protection].Position;
        return new CopyResult(1 << 20, 1 << 19, 1 << 19, 1);
    });

    public Task<CatchUpResult> CatchUpAsync(CatchUpRequest request) => Once("catch-up", request.Key, s =>
    {
        if (!World.Tracking.Contains((request.Protection, request.Standby)))
        {
            throw Refusals.Of($"{at} does not track {request.Standby}");
        }

        var copy = World.Sites[request.Standby].Copies[request.Protection];
        var missing = s.Copies[request.Protection].Position - copy.Position;
        copy.Position = s.Copies[request.Protection].Position;
        var row = World.Rows[request.Protection];
        if (!row.IsComplete(request.Standby))
        {
            row = World.Rows[request.Protection] = WorldModel.Decide(row, new MarkComplete(row.Generation, row.Version, request.Standby)
            {
                Protection = request.Protection, RequestId = $"complete/{row.Version}", Asker = at,
            }).Row!;
        }

        return new CatchUpResult(missing, 1, 1, missing, row.Version);
    });

    public Task<CompareResult> CompareAsync(CompareRequest request) => At("compare", s =>
        s.Copies[request.Protection].Position == World.Sites[request.Standby].Copies[request.Protection].Position
            ? new CompareResult(1 << 20, [])
            : new CompareResult(1 << 20, ["vol_000001:[0, 1048576)"]));

    public Task<QuiesceResult> QuiesceAsync(QuiesceRequest request) => Once("quiesce", request.Key, s =>
    {
        var copy = s.Copies[request.Protection];
        copy.IsQuiesced = true;
        return new QuiesceResult(new DrainedMark(at, copy.Generation, copy.Position), 5);
    });

    public Task ResumeAsync(ResumeRequest request) => Once("resume", request.Key, s =>
    {
        var copy = s.Copies[request.Protection];
        if (copy.Generation != World.Rows[request.Protection].Generation)
        {
            throw Refusals.Of($"{at} is not of the current generation");
        }

        return copy.IsQuiesced = false;
    });

    public Task<SealResult> SealAsync(SealRequest request) => Once("seal", request.Key, s =>
    {
        var copy = s.Copies[request.Protection];
        copy.Generation = request.Row.Generation;
        var point = NewPoint(s, request.Protection, request.Key, RecoveryPointReason.BeforePromote);
        return new SealResult(copy.Position, point, DateTimeOffset.UnixEpoch);
    });

    public Task<PromoteResult> PromoteAsync(PromoteRequest request) => Once("promote", request.Key, s =>
    {
        var copy = s.Copies[request.Protection];
        if (copy.Generation != request.Row.Generation || World.Rows[request.Protection].Primary != at)
        {
            throw Refusals.Of($"{at} is not sealed for generation {request.Row.Generation}");
        }

        copy.Role = Role.Primary;
        copy.IsOpen = true;

        // A site that never turned around after it was quiesced is promoted again: that pause was of the old
        // generation.
        copy.IsQuiesced = false;
        return new PromoteResult(Exports, $"{at}:10809", copy.Generation);
    });

    public Task<MeetResult> MeetAsync(MeetRequest request) => Once("meet", request.Key, s =>
    {
        if (!s.Copies.TryGetValue(request.Protection, out var copy))
        {
            throw Refusals.Of($"{at} has no copy");
        }

        var winner = World.Sites[request.Row.Primary].Copies[request.Protection];
        var alone = Math.Max(0, copy.Position - winner.Position);
        RecoveryPointId? kept = alone > 0 ? NewPoint(s, request.Protection, request.Key, RecoveryPointReason.Diverged) : null;
        copy.Role = Role.Standby;
        copy.IsOpen = copy.IsQuiesced = false;
        copy.Generation = request.Row.Generation;
        copy.Position = Math.Min(copy.Position, winner.Position);
        return new MeetResult(alone > 0, alone, kept);
    });

    public Task<RecoveryPointResult> CreateRecoveryPointAsync(CreateRecoveryPointRequest request) => Once("point", request.Key, s =>
        new RecoveryPointResult(NewPoint(s, request.Protection, request.Key, request.Reason), DateTimeOffset.UnixEpoch, "digest", 1));

    public Task<RecoveryPointResult> VerifyRecoveryPointAsync(RecoveryPointRequest request) => At("verify", s =>
        s.Points.ContainsKey(request.Point)
            ? new RecoveryPointResult(request.Point, DateTimeOffset.UnixEpoch, "digest", 0)
            : throw Refusals.Of($"{at} has no point {request.Point}"));

    public Task DropRecoveryPointAsync(RecoveryPointRequest request) => At("drop", s => s.Points.Remove(request.Point));

    public Task DropRecoveryPointsOfAsync(RunPointsRequest request) => At("drop-of", s =>
    {
        foreach (var (id, _) in s.Points.Where(p => p.Value.Run == request.Key.Run && p.Value.Protection == request.Protection).ToList())
        {
            s.Points.Remove(id);
        }

        return true;
    });

    public Task<CloneResult> CreateCloneAsync(CreateCloneRequest request) => Once("clone", request.Key, s =>
    {
        if (!s.Points.ContainsKey(request.Point))
        {
            throw Refusals.Of($"{at} has no point {request.Point}");
        }

        var id = CloneId.FromGuid(Guid.NewGuid());
        s.Clones[id.ToString()] = request.Key.Run;
        return new CloneResult(id, Exports, $"{at}:10809");
    });

    public Task<TearDownResult> TearDownAsync(TearDownRequest request) => At("tear-down", s =>
    {
        var clones = s.Clones.Where(c => c.Value == request.Key.Run).Select(c => c.Key).ToList();
        clones.ForEach(c => s.Clones.Remove(c));
        var machines = s.Machines.Where(m => m.StartsWith($"{request.Key.Run}:", StringComparison.Ordinal)).ToList();
        machines.ForEach(m => s.Machines.Remove(m));
        return new TearDownResult([.. clones, .. machines]);
    });

    public Task<MachineResult> StartMachineAsync(StartMachineRequest request) => Once("start-machine", request.Key, s =>
    {
        s.Machines.Add(NameOf(request.Key, request.Workload.Id, request.IsDrill));
        return new MachineResult(request.Workload.Id, "world", true, "started");
    });

    public Task<MachineResult> StopMachineAsync(StopMachineRequest request) => Once("stop-machine", request.Key, s =>
    {
        s.Machines.Remove(NameOf(request.Key, request.Workload.Id, request.IsDrill));
        return new MachineResult(request.Workload.Id, "world", false, "stopped");
    });

    public Task<MachineResult> CheckMachineAsync(StopMachineRequest request) => At("check-machine", s =>
        s.Machines.Contains(NameOf(request.Key, request.Workload.Id, request.IsDrill))
            ? new MachineResult(request.Workload.Id, "world", true, "healthy")
            : throw Refusals.Of($"{request.Workload.Id} does not run at {at}"));

    private static string NameOf(StepKey key, WorkloadId workload, bool isDrill) => isDrill ? $"{key.Run}:{workload}" : workload.ToString();

    private static RecoveryPointId NewPoint(SiteModel site, ProtectionId protection, StepKey key, RecoveryPointReason reason)
    {
        var id = RecoveryPointId.FromGuid(Guid.NewGuid());
        site.Points[id] = new PointModel(protection, key.Run, reason, site.Copies[protection].Position);
        return id;
    }

    private Task<T> At<T>(string what, Func<SiteModel, T> body) => Task.FromResult(World.At(at, what, body));

    private Task<T> Once<T>(string what, StepKey key, Func<SiteModel, T> effect) =>
        Task.FromResult(World.Once(at, what, key, () => effect(World.Sites[at])));
}
