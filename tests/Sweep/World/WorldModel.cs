using System.Collections.Concurrent;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Domain.Workloads;
using Runbooks.Workflows;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.RecoveryPoint;

namespace Runbooks.Tests.Sweep.World;

/// <summary>
/// A small world that procedures act on: sites with copies, points, clones and machines; an arbiter that decides by
/// the real rules; guests that have written so and so much. It remembers results by idempotency key as real sites
/// do, and it accuses: whatever must never happen is written down in <see cref="Violations"/> the moment it happens.
/// </summary>
/// <remarks>All members are called under <see cref="Gate"/>: activities of a run come from several threads.</remarks>
internal sealed class WorldModel
{
    public static readonly SiteId North = SiteId.Parse("north");
    public static readonly SiteId South = SiteId.Parse("south");
    public static readonly SiteId East = SiteId.Parse("east");
    public static readonly GroupId Group = GroupId.Parse("shop");

    private readonly Dictionary<string, object?> results = new(StringComparer.Ordinal);

    public WorldModel(IReadOnlyList<string> tiers, bool hasStandby)
    {
        Members = [.. tiers.Select((tier, i) => NewMember(tier, i))];
        Sites = new[] { North, South, East }.ToDictionary(s => s, s => new SiteModel(s));
        foreach (var member in Members)
        {
            var id = member.Policy.Id;
            Acknowledged[id] = 100;
            Sites[North].Copies[id] = new CopyModel { Role = Role.Primary, Generation = Generation.First, Position = 100, IsOpen = true };
            Sites[North].Machines.Add(member.Workload.Id.ToString());
            if (!hasStandby)
            {
                continue;
            }

            Sites[South].Copies[id] = new CopyModel { Role = Role.Standby, Generation = Generation.First, Position = 100 };
            Tracking.Add((id, South));
            var row = ArbiterRow.Begin(id, North, [South], DateTimeOffset.UnixEpoch);
            Rows[id] = Decide(row, new MarkComplete(row.Generation, row.Version, South)
            {
                Protection = id, RequestId = "setup", Asker = North,
            }).Row!;
        }
    }

    public Lock Gate { get; } = new();

    public IReadOnlyList<GroupMember> Members { get; private set; }

    public Dictionary<SiteId, SiteModel> Sites { get; }

    public Dictionary<ProtectionId, ArbiterRow> Rows { get; } = [];

    public HashSet<(ProtectionId Protection, SiteId Standby)> Tracking { get; } = [];

    /// <summary>What guests were told is safe, as a position.</summary>
    public Dictionary<ProtectionId, long> Acknowledged { get; } = [];

    /// <summary>Acknowledged positions that a promotion threw away.</summary>
    public long Lost { get; private set; }

    /// <summary>Who accepted losses.</summary>
    public List<LossAcceptance> Acceptances { get; } = [];

    public List<ProtectionRecord> Records { get; } = [];

    public List<string> Told { get; } = [];

    /// <summary>Periodic points that the control plane lists, oldest first.</summary>
    public List<PlacedPoint> Listed { get; } = [];

    /// <summary>Periodic points off the list that their sites still have.</summary>
    public List<PlacedPoint> Leaving { get; } = [];

    /// <summary>Tells the drill that holds the group to end; null when no drill does.</summary>
    public Func<Task>? Drill { get; set; }

    /// <summary>Keys of the operations that took effect, in the order of the first time.</summary>
    public List<string> Effects { get; } = [];

    public ConcurrentQueue<string> Violations { get; } = new();

    /// <summary>True once the arbiter has promoted anything.</summary>
    public bool IsFenced { get; private set; }

    public GroupPicture Picture => new(
        Group,
        [.. Members.Select(m => Rows.TryGetValue(m.Policy.Id, out var row) ? m with { Primary = row.Primary } : m)],
        [.. Sites.Keys.Where(s => s != East).Select(s => new SitePicture(s, $"{s}:7000", null))]);

    /// <summary>A primary that lost its link was permitted to go on alone: the standby lacks what came after.</summary>
    public void LoseLink(long writtenAlone)
    {
        foreach (var (id, row) in Rows.ToList())
        {
            var lost = row.Sites.Where(s => s != row.Primary).ToList();
            Rows[id] = Decide(row, new GoAlone(row.Generation, row.Version, lost, writtenAlone)
            {
                Protection = id, RequestId = $"alone/{row.Version}", Asker = row.Primary,
            }).Row!;
            Acknowledged[id] += writtenAlone;
            Sites[row.Primary].Copies[id].Position += writtenAlone;
        }
    }

    /// <summary>The first time an operation with this key comes, it takes effect; a repeat is answered with the result of the first.</summary>
    public T Once<T>(SiteId site, string what, StepKey key, Func<T> effect)
    {
        lock (Gate)
        {
            RequireUp(site, what);
            var name = $"{site}:{what}:{key}";
            if (results.TryGetValue(name, out var known))
            {
                return (T)known!;
            }

            var result = effect();
            results[name] = result;
            Effects.Add(name);
            Watch(name);
            return result;
        }
    }

    /// <summary>A look at a site, or an operation that is safe to repeat by itself.</summary>
    public T At<T>(SiteId site, string what, Func<SiteModel, T> body)
    {
        lock (Gate)
        {
            RequireUp(site, what);
            var result = body(Sites[site]);
            Watch(what);
            return result;
        }
    }

    public ArbiterAnswer Promote(Promote request)
    {
        lock (Gate)
        {
            var before = Rows.GetValueOrDefault(request.Protection);
            var answer = Decide(before, request);
            if (answer.Granted && answer.Row != before)
            {
                Rows[request.Protection] = answer.Row!;
                IsFenced = true;
                var lost = Acknowledged[request.Protection] - Sites[request.Site].Copies[request.Protection].Position;
                if (lost > 0 && request.AcceptLoss is null)
                {
                    Violations.Enqueue($"{lost} acknowledged positions of {request.Protection} were lost and nobody had accepted it");
                }

                if (request.AcceptLoss is { } accepted)
                {
                    Acceptances.Add(accepted);
                }

                Lost += Math.Max(0, lost);
                Acknowledged[request.Protection] = Sites[request.Site].Copies[request.Protection].Position;
            }

            return answer;
        }
    }

    public static ArbiterAnswer Decide(ArbiterRow? row, ArbiterRequest request) => ArbiterRules.Decide(row, request, DateTimeOffset.UnixEpoch);

    /// <summary>Everything that matters at the end of a run, as text: two runs that did the same end with the same text.</summary>
    public string Describe()
    {
        lock (Gate)
        {
            var lines = new List<string>();
            foreach (var site in Sites.Values.OrderBy(s => s.Site.ToString(), StringComparer.Ordinal))
            {
                lines.AddRange(site.Copies.OrderBy(c => c.Key.ToString(), StringComparer.Ordinal).Select(c => $"{site.Site} {c.Key} {c.Value}"));
                lines.AddRange(site.Machines.Order(StringComparer.Ordinal).Select(m => $"{site.Site} machine {m}"));
                lines.AddRange(site.Points.Values.Select(p => $"{site.Site} point {p.Reason}").Order(StringComparer.Ordinal));
                lines.AddRange(site.Clones.Keys.Order(StringComparer.Ordinal).Select(c => $"{site.Site} clone {c}"));
            }

            lines.AddRange(Rows.OrderBy(r => r.Key.ToString(), StringComparer.Ordinal).Select(
                r => $"row {r.Key} generation {r.Value.Generation} primary {r.Value.Primary} complete {string.Join(",", r.Value.Complete)}"));
            lines.AddRange(Tracking.Select(t => $"tracking {t.Protection} {t.Standby}").Order(StringComparer.Ordinal));
            return string.Join('\n', lines);
        }
    }

    // After every operation: never two sites that would serve writes under the arbiter's current word.
    private void Watch(string what)
    {
        foreach (var member in Members)
        {
            var id = member.Policy.Id;
            if (!Rows.TryGetValue(id, out var row))
            {
                continue;
            }

            var open = Sites.Values.Where(s => !s.IsDown && s.Copies.TryGetValue(id, out var c) && c.IsOpen && !c.IsQuiesced).ToList();
            if (open.Count > 1 || open.Any(s => s.Copies[id].Generation == row.Generation && s.Site != row.Primary))
            {
                Violations.Enqueue($"after {what}, {id} is open at {string.Join(" and ", open.Select(s => s.Site))}, row says {row.Primary}");
            }
        }
    }

    private void RequireUp(SiteId site, string what)
    {
        if (Sites[site].IsSilent)
        {
            throw Refusals.Of($"{site} does not answer");
        }

        if (Sites[site].IsDown)
        {
            Violations.Enqueue($"{what} was asked of the dead site {site}");
            throw Refusals.Of($"{site} does not answer");
        }
    }

    private static GroupMember NewMember(string tier, int index)
    {
        var name = WorkloadId.Parse($"{tier}-{index + 1}");
        var protection = ProtectionId.Parse($"prt_00000{index + 1}");
        return new GroupMember(
            new ProtectionPolicy(protection, name, Group, North, [South]),
            new WorkloadMetadata(
                name, name.ToString(), Group, tier, 2, 2048, "bios",
                [new DiskMetadata(VolumeId.Parse($"vol_00000{index + 1}"), "disk0", 1 << 20)], [], new WorkloadDriver("none")),
            North);
    }
}
