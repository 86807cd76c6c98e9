using System.Collections.Concurrent;
using Runbooks.BlockPath.Site;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Workloads;
using Runbooks.Tests.Integration.Replication;
using static Runbooks.Tests.Integration.Sites.SiteUnderTest;

namespace Runbooks.Tests.Integration.Sites;

/// <summary>
/// One primary and two standbys: the orders that the procedures give,
/// in their order, at three real sites with one arbiter.
/// </summary>
public sealed class ThreeSitesTests : IDisposable
{
    private const int RecordBytes = 4096;
    private static readonly SiteId C = SiteId.Parse("site-c");

    private readonly string _folder = Directory.CreateTempSubdirectory("rb-three-").FullName;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Arbiter _arbiter = new();
    private readonly Dictionary<SiteId, Site> _sites = [];
    private readonly WorkloadMetadata _workload = SiteUnderTest.Workload();
    private int _steps;

    private static ProtectionPolicy ThreeWay =>
        Policy() with { Standbys = [B, C], PeerTimeoutSeconds = 2, HoldDownSeconds = 0.1 };

    public void Dispose()
    {
        foreach (var site in _sites.Values)
        {
            site.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Failover_WithASecondStandby_ProtectsItAgainAndThePrimaryThatReturns()
    {
        foreach (var id in new[] { A, B, C })
        {
            Open(id);
        }

        await ProtectAsync();
        Write(A, 0, 50);
        await CompleteAsync(A, B, C);

        // The first site dies, and one of two complete standbys takes over: nothing acknowledged is missing.
        Close(A);
        var row = _arbiter.Promote(B, drained: null);
        await PromoteAsync(B, row);
        Read(B, 0, 50);
        Write(B, 50, 80);

        // The other standby follows the new primary, which has no list of what it lacks.
        await FollowAsync(C, B, row);
        await CompleteAsync(B, C);
        Write(B, 80, 100);

        // The old primary comes back: it opens nothing, and only the difference is sent to it.
        Open(A);
        await UntilAsync(() => StatusOf(A).Role != Role.Primary);
        Assert.False(StatusOf(A).IsOpen);
        await FollowAsync(A, B, row);
        await CompleteAsync(A, B, C);
        Write(B, 100, 120);

        // As planned to the third site: the mark of the drained primary comes first.
        var quiesced = Ok(await _sites[B].Roles.QuiesceAsync(Key(), Protection));
        var next = _arbiter.Promote(C, quiesced.Mark);
        Assert.Equal(3, next.Generation.Value);
        await PromoteAsync(C, next);
        Read(C, 0, 120);
        await FollowAsync(A, C, next);
        await FollowAsync(B, C, next);
        await CompleteAsync(A, B, C);
        await EqualAsync();
    }

    [Fact]
    public async Task Standby_ThatWasNotComplete_IsNotPromotedWhileTheOtherIs()
    {
        foreach (var id in new[] { A, B, C })
        {
            Open(id);
        }

        await ProtectAsync();
        await CompleteAsync(A, B, C);

        // One standby is lost: the primary goes on with the other, and says so to the arbiter before it acknowledges.
        Close(C);
        Write(A, 0, 20);
        await CompleteAsync(A, B);
        Close(A);
        Assert.Equal("RB-ARBITER-004", _arbiter.Refused(C).Code);
        await PromoteAsync(B, _arbiter.Promote(B, drained: null));
        Read(B, 0, 20);
    }

    private async Task ProtectAsync()
    {
        Ok(await _sites[A].Volumes.CreateAsync(new NewVolume(Volume, Protection, Role.Primary, Size, "")));
        await UntilAsync(() => StatusOf(A).IsOpen);
        _arbiter.Begin(ArbiterRow.Begin(Protection, A, [B, C], DateTimeOffset.UtcNow));
        foreach (var standby in new[] { B, C })
        {
            Ok(await _sites[standby].Replication.CreateStandbyAsync(Key(), ThreeWay, _workload, A));
            await AttachAsync(standby, A);
        }
    }

    // Meet, attach, copy, catch up: the steps of protecting again.
    private async Task FollowAsync(SiteId standby, SiteId primary, ArbiterRow row)
    {
        Ok(await _sites[standby].Roles.MeetAsync(Key(), Protection, row, _sites[primary].WanAddress));
        await AttachAsync(standby, primary);
    }

    private async Task AttachAsync(SiteId standby, SiteId primary)
    {
        var (at, cancel) = (_sites[primary].Replication, TestContext.Current.CancellationToken);
        Ok(await at.BeginTrackingAsync(Key(), ThreeWay, _workload, standby, _sites[standby].WanAddress));
        Ok(await at.FullCopyAsync(Key(), Volume, standby, null, cancel).WaitAsync(TimeSpan.FromSeconds(90), cancel));
        Ok(await at.CatchUpAsync(Key(), Protection, standby, null, cancel).WaitAsync(TimeSpan.FromSeconds(90), cancel));
    }

    private async Task PromoteAsync(SiteId site, ArbiterRow row)
    {
        Ok(await _sites[site].Roles.SealAsync(Key(), Protection, row));
        Ok(await _sites[site].Roles.PromoteAsync(Key(), Protection, row, null));
    }

    private Task CompleteAsync(params SiteId[] sites) =>
        UntilAsync(() => _arbiter.Row.Complete.Order(Comparer<SiteId>.Create((l, r) =>
            string.CompareOrdinal(l.ToString(), r.ToString()))).SequenceEqual(sites));

    private void Write(SiteId site, int from, int to)
    {
        using var guest = Guest(site);
        for (var n = from; n < to; n++)
        {
            Assert.Equal(0u, guest.Write((long)n * RecordBytes, Record(n)));
        }
    }

    private void Read(SiteId site, int from, int to)
    {
        using var guest = Guest(site);
        for (var n = from; n < to; n++)
        {
            Assert.Equal(Record(n), guest.Read((long)n * RecordBytes, RecordBytes));
        }
    }

    private NbdWriter Guest(SiteId site) =>
        new(int.Parse(_sites[site].NbdAddresses[0].Split(':')[^1]), StatusOf(site).ExportName);

    private Domain.Status.VolumeStatus StatusOf(SiteId site) => _sites[site].Describe().Volumes.Single();

    private void Open(SiteId site) => _sites[site] = new Site(
        new SiteOptions(site, Path.Combine(_folder, site.ToString())) { Log = l => _log.Enqueue($"{site} {l}"), Arbiter = _arbiter });

    private void Close(SiteId site)
    {
        _sites.Remove(site, out var closed);
        closed!.Dispose();
    }

    private async Task EqualAsync()
    {
        var images = _sites.Values.Select(s => s.Volumes.ImageOf(Volume)).ToList();
        foreach (var site in _sites.Keys.ToList())
        {
            Close(site);
        }

        var contents = await Task.WhenAll(
            images.Select(i => File.ReadAllBytesAsync(i, TestContext.Current.CancellationToken)));
        Assert.All(contents, c => Assert.True(c.AsSpan().SequenceEqual(contents[0]), Said()));
    }

    private async Task UntilAsync(Func<bool> wanted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        while (!wanted())
        {
            Assert.False(limit.IsCancellationRequested, Said());
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private string Key() => $"step-{++_steps}";

    private string Said() => $"{_arbiter.Row}\n{string.Join('\n', _log)}";

    private T Ok<T>(Outcome<T> outcome)
    {
        Assert.True(outcome.IsOk, outcome.IsOk ? "" : $"{outcome.Refusal}\n{Said()}");
        return outcome.Value;
    }

    private static byte[] Record(int n) => [.. Enumerable.Range(0, RecordBytes).Select(i => (byte)((n * 37) + i + 1))];

    /// <summary>
    /// The product's rules over one row, as the control plane keeps it; it says "unknown" before there is one.
    /// </summary>
    private sealed class Arbiter : ISiteArbiter
    {
        private readonly Lock _gate = new();
        private ArbiterRow? _row;

        public ArbiterRow Row
        {
            get
            {
                lock (_gate)
                {
                    return _row!;
                }
            }
        }

        public void Begin(ArbiterRow row)
        {
            lock (_gate)
            {
                _row = row;
            }
        }

        public Task<ArbiterAnswer?> AskAsync(ArbiterRequest request, CancellationToken cancellation) =>
            Task.FromResult<ArbiterAnswer?>(Decide(request));

        public ArbiterRow Promote(SiteId site, DrainedMark? drained)
        {
            var answer = Ask(site, drained);
            Assert.True(answer.Granted, answer.Refusal?.ToString());
            return answer.Row!;
        }

        public Refusal Refused(SiteId site)
        {
            var answer = Ask(site, null);
            Assert.False(answer.Granted);
            return answer.Refusal!;
        }

        private ArbiterAnswer Ask(SiteId site, DrainedMark? drained)
        {
            var row = Row;
            return Decide(new Promote(row.Generation, row.Version, site, null, drained)
            {
                Protection = row.Protection, RequestId = Guid.NewGuid().ToString(), Asker = site,
            });
        }

        private ArbiterAnswer Decide(ArbiterRequest request)
        {
            lock (_gate)
            {
                var answer = ArbiterRules.Decide(_row, request, DateTimeOffset.UtcNow);
                if (answer is { Granted: true, Row: { } next })
                {
                    _row = next;
                }

                return answer;
            }
        }
    }
}
