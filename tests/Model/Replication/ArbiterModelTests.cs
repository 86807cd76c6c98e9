using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;

namespace Runbooks.Tests.Model.Replication;

/// <summary>
/// The arbiter's real rules under every interleaving of a small world: two agents, a line, a crash, delayed and
/// repeated requests, two operators, a planned swap.
/// </summary>
/// <remarks>
/// Breadth first to <see cref="DepthMax"/> steps over abstract agents that follow the procedure's rules: two writes, one crash, two line
/// changes, two requests under way, three in all. The row changes only through <see cref="ArbiterRules.Decide"/>. Data is a bit per write.
/// </remarks>
public sealed class ArbiterModelTests
{
    private const int DepthMax = 10;
    private static readonly ProtectionId Protection = ProtectionId.Parse("prt_model0001");
    private static readonly SiteId[] Sites = [SiteId.Parse("p"), SiteId.Parse("s")];

    [Fact]
    public void Rules_EveryInterleaving_NothingAcknowledgedIsLost()
    {
        var (violation, states) = Explore(keepsVersion: true);
        Assert.True(violation is null, violation);
        Assert.True(states > 10_000, $"only {states} states were seen");
    }

    [Fact]
    public void Rules_WithoutTheVersion_AreCaught() => Assert.NotNull(Explore(keepsVersion: false).Violation);

    [Fact]
    public void PlannedSwap_WithoutTheDrain_IsCaught() =>
        Assert.NotNull(Explore(keepsVersion: true, drains: false).Violation);

    private static (string? Violation, int States) Explore(bool keepsVersion, bool drains = true)
    {
        var first = new World(new Agent(true, 1, 1, 0, 0, true, 1), new Agent(true, 0, 1, 0, 0, false, 1), true, 1, 1, 0, 3, "", "", 0, 0, 0);
        var seen = new HashSet<World> { first };
        var frontier = new List<(World State, string Path)> { (first, "") };
        for (var depth = 0; depth < DepthMax; depth++)
        {
            var next = new List<(World State, string Path)>();
            foreach (var (state, path) in frontier)
            {
                foreach (var (name, after) in Successors(state, keepsVersion, drains))
                {
                    if (seen.Add(after))
                    {
                        if (Wrong(after) is { } why)
                        {
                            return ($"{why}: {path} {name}", seen.Count);
                        }

                        next.Add((after, keepsVersion && depth > 6 ? path : path + " " + name));
                    }
                }
            }

            frontier = next;
        }

        return (null, seen.Count);
    }

    private static string? Wrong(World w)
    {
        var acked = 0;
        for (var i = 0; i < w.Writes.Length; i++)
        {
            acked |= Of(w, i).IsAcked ? 1 << i : 0;
        }

        for (var site = 0; site < 2; site++)
        {
            if ((w.Complete & (1 << site)) != 0 && (acked & ~w.At(site).Data) != 0)
            {
                return $"site {site} counts as complete and lacks an acknowledged write";
            }
        }

        var primary = w.At(w.Primary);
        if (w is { Generation: 2, Complete: 3 } && primary is { Role: 1, Generation: 2 }
            && w.First.Data != w.Second.Data
            && Enumerable.Range(0, w.Writes.Length).All(n => Of(w, n).Origin != w.Primary))
        {
            return "after a planned swap the copies differ and both count as complete";
        }

        return primary.Role == 1 && primary.Generation == w.Generation && (acked & ~primary.Data) != 0
            ? "the primary lacks an acknowledged write"
            : null;
    }

    private static IEnumerable<(string Name, World After)> Successors(World w, bool keepsVersion, bool drains)
    {
        for (var i = 0; i < 2; i++)
        {
            foreach (var step in AgentSteps(w, i))
            {
                yield return step;
            }
        }

        for (var k = 0; k < w.Messages.Length; k += 3)
        {
            var message = w.Messages.Substring(k, 3);
            var rest = w.Messages.Remove(k, 3);
            yield return ("deliver " + message, Deliver(w with { Messages = rest }, message, keepsVersion));
            yield return ("deliver, keep " + message, Deliver(w, message, keepsVersion));
            yield return ("answer lost " + message, Deliver(w with { Messages = rest }, message, keepsVersion, isAnswerLost: true));
        }

        for (var target = 0; target < 2; target++)
        {
            var promotion = new Promote(new Generation(w.Generation), w.Version, Sites[target], null, null)
            {
                Protection = Protection,
                RequestId = "run" + target,
                Asker = Sites[target],
            };
            if (w.Generation < 2 && ArbiterRules.Decide(RowOf(w), promotion, default) is { Granted: true, Row: { } row })
            {
                yield return ("promote " + target, WithRow(w, row));
            }
        }

        foreach (var step in PlannedSteps(w, drains))
        {
            yield return step;
        }

        if (w.LineChanges < 2)
        {
            yield return ("line", w with { IsLinked = !w.IsLinked, LineChanges = w.LineChanges + 1 });
        }
    }

    // The mark is given when every accepted write is answered and at both sites; from then on nothing is accepted. The
    // run decides later.
    private static IEnumerable<(string Name, World After)> PlannedSteps(World w, bool drains)
    {
        var me = w.At(w.Primary);
        var isQuiet = Enumerable.Range(0, w.Writes.Length)
            .All(n => Of(w, n) is { IsDead: true } or { IsAcked: true, IsRemote: true });
        if (me is { IsUp: true, Role: 1, IsOpen: true, Mode: 0 } && w is { Drained: 0, Complete: 3 }
            && (isQuiet || !drains))
        {
            var marked = w with { Drained = 1 + w.Primary, DrainedVersion = w.Version };
            yield return ("drained", marked.With(w.Primary, drains ? me with { IsOpen = false } : me));
        }

        if (w.Drained == 1 + w.Primary && w.Generation < 2)
        {
            var mark = new DrainedMark(Sites[w.Primary], new Generation(w.Generation), 0);
            var swap = new Promote(new Generation(w.Generation), w.DrainedVersion, Sites[1 - w.Primary], null, mark)
            {
                Protection = Protection,
                RequestId = "swap",
                Asker = Sites[1 - w.Primary],
            };
            if (ArbiterRules.Decide(RowOf(w), swap, default) is { Granted: true, Row: { } row })
            {
                yield return ("swap", WithRow(w, row));
            }
        }

        // The old primary meets the higher generation and becomes the standby of the new one, with nothing to copy.
        var old = w.At(1 - w.Primary);
        var isBehind = old is { IsUp: true, Role: not 0 } && old.Generation < w.Generation
            && w.Drained == 2 - w.Primary;
        if (isBehind && w.IsLinked && me is { IsUp: true, Role: 1 } && me.Generation == w.Generation)
        {
            var admitted = old with { Role = 0, Generation = w.Generation, IsOpen = false, Mode = 0 };
            yield return ("admit", w.With(1 - w.Primary, admitted));
        }
    }

    private static IEnumerable<(string Name, World After)> AgentSteps(World w, int i)
    {
        var me = w.At(i);
        var other = w.At(1 - i);
        var reaches = w.IsLinked && other.IsUp && other.Role == 0 && other.Generation <= me.Generation;
        if (me.IsUp && me.Role == 1 && me.IsOpen && w.Writes.Length < 2)
        {
            yield return ("write", w with { Writes = w.Writes + (i == 0 ? "A" : "a") });
        }

        for (var n = 0; n < w.Writes.Length; n++)
        {
            var write = Of(w, n);
            if (write.Origin != i || !me.IsUp || me.Role != 1 || write.IsDead)
            {
                continue;
            }

            if (!write.IsLocal)
            {
                yield return ("local", Mark(w.With(i, me with { Data = me.Data | (1 << n) }), n, 1));
            }

            if (!write.IsRemote && reaches)
            {
                yield return ("remote", Mark(w.With(1 - i, other with { Data = other.Data | (1 << n), Generation = me.Generation }), n, 2));
            }

            if (write.IsLocal && !write.IsAcked && (write.IsRemote || me.Mode == 1))
            {
                yield return ("ack", Mark(w, n, 4));
            }
        }

        if (me.IsUp && me.Role == 1 && w.Requests < 3 && w.Messages.Length < 6 && me.Mode != 1)
        {
            yield return ("ask-alone", w with { Messages = Sorted(w.Messages, $"g{i}{me.Version}"), Requests = w.Requests + 1 });
        }

        if (me.IsUp && me.Role == 1 && me.Mode == 2 && reaches && w.Requests < 3 && w.Messages.Length < 6
            && other.Data == me.Data && Enumerable.Range(0, w.Writes.Length).All(n => Of(w, n) is var x && (x.IsDead || x.IsRemote || !x.IsLocal)))
        {
            yield return ("ask-mark", (w with { Messages = Sorted(w.Messages, $"m{i}{me.Version}"), Requests = w.Requests + 1 }).With(i, me with { Mode = 0 }));
        }

        if (me.IsUp && me.Role == 1 && me.Mode == 1 && reaches)
        {
            yield return ("catch-up", w.With(i, me with { Mode = 2 }));
        }

        if (me.IsUp && me.Role == 1 && me.Mode == 2 && reaches && other.Data != me.Data
            && !Enumerable.Range(0, w.Writes.Length).Any(n => Of(w, n) is { IsDead: false, IsAcked: false } x && x.IsLocal != x.IsRemote))
        {
            var copied = w.With(1 - i, other with { Data = me.Data, Generation = me.Generation });
            for (var n = 0; n < w.Writes.Length; n++)
            {
                copied = Of(copied, n).IsLocal ? Mark(copied, n, 2) : copied;
            }

            yield return ("copy", copied);
        }

        if (me.IsUp && w.Crashes < 1)
        {
            var crashed = w.With(i, me with { IsUp = false, IsOpen = false, Mode = 0, Role = me.Role == 0 ? 0 : 2 }) with { Crashes = 1 };
            for (var n = 0; n < w.Writes.Length; n++)
            {
                crashed = Of(crashed, n) is { IsAcked: false } x && x.Origin == i ? Mark(crashed, n, 8) : crashed;
            }

            yield return ("crash", crashed);
        }

        if (!me.IsUp)
        {
            yield return ("start", w.With(i, me with { IsUp = true }));
        }

        if (me is { IsUp: true, Role: 2 } && (reaches || (w.Complete & (1 << (1 - i))) == 0)
            && ArbiterRules.Decide(
                RowOf(w),
                new Confirm(new Generation(me.Generation)) { Protection = Protection, RequestId = "c" + w.Version, Asker = Sites[i] },
                default) is { Granted: true, Row: { } confirmed })
        {
            // Rule 8: what was in flight is re-sent to an awaited standby before anybody reads.
            var isAwaited = (w.Complete & (1 << (1 - i))) != 0;
            var opened = WithRow(w, confirmed).With(i, me with { Role = 1, IsOpen = true, Mode = isAwaited ? 0 : 1, Version = (int)confirmed.Version });
            yield return ("confirm", isAwaited ? opened.With(1 - i, other with { Data = me.Data, Generation = me.Generation }) : opened);
        }

        if (me.IsUp && me.Role == 0 && w.Primary == i)
        {
            yield return ("open", w.With(i, me with
            {
                Role = 1,
                Generation = w.Generation,
                IsOpen = true,
                Mode = w.Complete == 3 ? 0 : 1,
                Version = w.Version,
            }));
        }
    }

    private static World Deliver(World w, string message, bool keepsVersion, bool isAnswerLost = false)
    {
        var i = message[1] - '0';
        var me = w.At(i);
        var named = keepsVersion ? message[2] - '0' : w.Version;
        ArbiterRequest request = message[0] == 'g'
            ? new GoAlone(new Generation(1), named, [Sites[1 - i]], 0) { Protection = Protection, RequestId = message, Asker = Sites[i] }
            : new MarkComplete(new Generation(1), named, Sites[1 - i]) { Protection = Protection, RequestId = message, Asker = Sites[i] };
        var answer = ArbiterRules.Decide(RowOf(w), request, default);
        if (!answer.Granted)
        {
            return me is { IsUp: true, Role: 1 } && me.Generation == w.Generation && !isAnswerLost ? w.With(i, me with { Version = w.Version }) : w;
        }

        var after = WithRow(w, answer.Row!);
        if (isAnswerLost || me is not { IsUp: true, Role: 1 } || me.Generation != w.Generation || (message[0] == 'm' && me.Mode != 0))
        {
            return after;
        }

        return after.With(i, me with { Mode = message[0] == 'g' ? 1 : 0, Version = after.Version });
    }

    private static string Sorted(string messages, string added) => string.CompareOrdinal(messages, added) <= 0 ? messages + added : added + messages;

    private static (int Origin, bool IsLocal, bool IsRemote, bool IsAcked, bool IsDead) Of(World w, int n)
    {
        var flags = (w.Flags >> (4 * n)) & 15;
        return (w.Writes[n] == 'A' ? 0 : 1, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, (flags & 8) != 0);
    }

    private static World Mark(World w, int n, int flag) => w with { Flags = w.Flags | (flag << (4 * n)) };

    private static ArbiterRow RowOf(World w) => new(
        Protection, new Generation(w.Generation), w.Version, Sites[w.Primary], Sites, [.. Sites.Where((_, i) => (w.Complete & (1 << i)) != 0)], null);

    private static World WithRow(World w, ArbiterRow row) => w with
    {
        Generation = (int)row.Generation.Value,
        Version = (int)row.Version,
        Primary = row.Primary == Sites[0] ? 0 : 1,
        Complete = (row.IsComplete(Sites[0]) ? 1 : 0) | (row.IsComplete(Sites[1]) ? 2 : 0),
    };

    private readonly record struct Agent(bool IsUp, int Role, int Generation, int Mode, int Data, bool IsOpen, int Version);

    private sealed record World(
        Agent First, Agent Second, bool IsLinked, int Generation, int Version, int Primary, int Complete,
        string Messages, string Writes, int Flags, int Crashes, int LineChanges)
    {
        public int Requests { get; init; }

        /// <summary>1 + the site that gave the drained mark; 0 while none has.</summary>
        public int Drained { get; init; }

        /// <summary>Version of the row that the planned run read after it had the mark.</summary>
        public int DrainedVersion { get; init; }

        public Agent At(int site) => site == 0 ? First : Second;

        public World With(int site, Agent agent) => site == 0 ? this with { First = agent } : this with { Second = agent };
    }
}
