using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Runbooks.ControlPlane.Projection;
using Runbooks.ControlPlane.Security.Pki;
using Runbooks.ControlPlane.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Tests.Integration.ControlPlane;

/// <summary>What operators and administrators look up and set right: points, joins, roles, the audit.</summary>
public sealed class OperatorDataTests(OperatorDataTests.Described described)
    : IClassFixture<OperatorDataTests.Described>
{
    private readonly ControlPlaneFixture _plane = described.Plane;

    /// <summary>Each test's own: the others of this class look at the same control plane.</summary>
    private readonly string _point = $"rp_{Guid.NewGuid():N}";

    [Fact]
    public async Task Point_Kept_SaysByWhomAndWhyUntilItIsReleased()
    {
        await MakePointAsync(_point, "periodic");
        await KeepAsync(_point, new { pinned = true, reason = "" }).RefusedAsync(422, "RB-API-002");
        await KeepAsync(_point, new { pinned = true, reason = "before the upgrade" }).OkAsync();
        var kept = await PointAsync();
        Assert.True((bool)kept["pinned"]!);
        Assert.Equal("admin", (string)kept["keptBy"]!);
        Assert.Equal("before the upgrade", (string)kept["keptReason"]!);
        Assert.Equal("ab12", (string)kept["digest"]!);
        Assert.Equal(1.5, (double)kept["pauseMilliseconds"]!);

        await KeepAsync(_point, new { pinned = false, reason = "the upgrade is done" }).OkAsync();
        var released = await PointAsync();
        Assert.False((bool)released["pinned"]!);
        Assert.Null(released["keptBy"]);
        var told = await _plane.Admin.GetAsync($"/api/v1/audit?subject={_point}").OkAsync();
        Assert.Equal(
            ["recovery-point.released", "recovery-point.kept"],
            told["items"]!.AsArray().Select(r => (string)r!["record"]!["kind"]!));
    }

    [Fact]
    public async Task Point_OfADrillOrAnotherGroupOrUnknown_IsNotKept()
    {
        await MakePointAsync(_point, "drill");
        await KeepAsync(_point, new { pinned = true, reason = "keep it" }).RefusedAsync(409, "RB-API-009");
        await KeepAsync("rp_none", new { pinned = true, reason = "keep it" }).RefusedAsync(404, "RB-API-005");
        await _plane.Admin.PostAsync("/api/v1/groups", new { id = "other" }, key: null).OkAsync();
        var stranger = await _plane.PersonAsync("olga", "operator@group:other");
        await stranger.PatchAsJsonAsync($"/api/v1/recovery-points/{_point}", new { pinned = true, reason = "mine" })
            .RefusedAsync(403, "RB-API-004");
    }

    [Theory]
    [InlineData("drill-isolated", """{ "point": "POINT" }""", "keeps no recovery point")]
    [InlineData("failover-unplanned", """{ "to": "site-a", "point": "KEPT" }""", "not at site-a")]
    public async Task Start_FromAPointThatIsNotThere_IsRefusedAtOnce(string runbook, string inputs, string cause)
    {
        await MakePointAsync(_point, "periodic");
        var text = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "runbooks", $"{runbook}.yaml"));
        await _plane.Admin.PutAsJsonAsync($"/api/v1/runbooks/{runbook}", new { document = text }).OkAsync();
        await _plane.Admin.PostAsync($"/api/v1/runbooks/{runbook}/publish", new { }, key: null).OkAsync();
        var given = JsonNode.Parse(inputs
            .Replace("POINT", $"rp_{Guid.Empty:N}", StringComparison.Ordinal)
            .Replace("KEPT", _point, StringComparison.Ordinal));
        var problem = await _plane.Admin.PostAsync(
            "/api/v1/runs?dryRun=true", new { runbook, group = "payments", reason = "from a point", inputs = given },
            key: null).RefusedAsync(422, "RB-API-002");
        Assert.Equal("inputs.point", (string)problem["field"]!);
        Assert.Contains(cause, (string)problem["cause"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JoinToken_Made_NamesTheAuthorityAndTheAgentsDoor()
    {
        var made = await _plane.Admin.PostAsync("/api/v1/sites/site-a/join-tokens", new { }, key: null).OkAsync();
        var fingerprint = CertificateIdentity.FingerprintOf(_plane.Get<CertificateAuthority>().Root);
        Assert.Equal(fingerprint, (string)made["caFingerprint"]!);
        Assert.Equal(new Uri(_plane.Host.Addresses.Agent), new Uri((string)made["controlPlaneAddress"]!));
        Assert.Contains($"--token {(string)made["token"]!} ", (string)made["command"]!, StringComparison.Ordinal);
        Assert.Contains($"--ca-fingerprint {fingerprint} ", (string)made["command"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Conflict_Decided_NoLongerCountsInTheOverview()
    {
        await MakePointAsync(_point, "diverged");
        Assert.Contains("conflict-open", await ReasonsAsync());
        await _plane.Admin.PostAsync(
            $"/api/v1/conflicts/{_point}/decision", new { winner = "current", reason = "nothing of worth" }, key: null)
            .OkAsync();
        Assert.DoesNotContain("conflict-open", await ReasonsAsync());
    }

    [Fact]
    public async Task Audit_Searched_FindsByWordOutcomeAndTime()
    {
        Assert.NotEmpty(await SearchAsync("q=DB-1"));
        Assert.Empty(await SearchAsync("q=nothing-of-that-name"));
        Assert.NotEmpty(await SearchAsync("outcome=success&kind=workload"));
        Assert.Empty(await SearchAsync("outcome=failure&kind=workload"));
        Assert.NotEmpty(await SearchAsync("from=2020-01-01T00:00:00Z"));
        Assert.Empty(await SearchAsync("to=2020-01-01T00:00:00Z"));
    }

    [Theory]
    [InlineData("100%25_\\", "a reason of 100%_\\ and more")]
    [InlineData("ALLES%20ü", "Alles über die Wupper")]
    public async Task Audit_SearchedForSigns_FindsThemAsTheyAre(string q, string reason)
    {
        await MakePointAsync(_point, "periodic");
        await KeepAsync(_point, new { pinned = true, reason }).OkAsync();
        await MakePointAsync($"{_point}0", "periodic");
        await _plane.Admin.PatchAsJsonAsync(
            $"/api/v1/recovery-points/{_point}0", new { pinned = true, reason = "100 of_ and more" }).OkAsync();
        var found = await SearchAsync($"kind=recovery-point&q={q}");
        Assert.Equal(_point, (string)Assert.Single(found)!["record"]!["subject"]!["id"]!);
    }

    [Fact]
    public async Task Month_OfTheDrillCalendar_IsTheEnginesReadingByTheAskedZonesDays()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "runbooks", "drill-isolated.yaml"));
        await _plane.Admin.PutAsJsonAsync("/api/v1/runbooks/drill-isolated", new { document = text }).OkAsync();
        await _plane.Admin.PostAsync("/api/v1/runbooks/drill-isolated/publish", new { }, key: null).OkAsync();
        await _plane.Admin.PostAsync("/api/v1/schedules", new
        {
            title = "by night", runbook = "drill-isolated", group = "payments", calendar = "30 2 * * *",
            timeZone = "Europe/Berlin", inputs = new Dictionary<string, string>(),
        }, key: null).OkAsync();
        // The clocks of Berlin go forward on 27 March 2050: 02:30 does not come that night.
        var month = await MonthAsync("2050-03&timeZone=America/Los_Angeles").OkAsync();
        var coming = month["coming"]!.AsArray();
        Assert.Equal(30, coming.Count);
        Assert.Equal(("2050-03-01", "2050-03-02T02:30:00+01:00"), Dates(coming[0]!));
        Assert.Equal(("2050-03-31", "2050-04-01T02:30:00+02:00"), Dates(coming[^1]!));
        Assert.DoesNotContain(coming, c => Dates(c!).Local.StartsWith("2050-03-27", StringComparison.Ordinal));
        Assert.Empty((await MonthAsync("2020-03").OkAsync())["coming"]!.AsArray());
        await MonthAsync("2050-13").RefusedAsync(422, "RB-API-002");
        await MonthAsync("2050-01&timeZone=Moon").RefusedAsync(422, "RB-API-002");
    }

    [Fact]
    public async Task Point_OfADrillThatToreDown_IsNoLongerListed()
    {
        var (run, other) = ($"run_{Guid.NewGuid():N}", $"run_{Guid.NewGuid():N}");
        await using (var source = Npgsql.NpgsqlDataSource.Create(_plane.Options.Postgres!))
        {
            await using var insert = source.CreateCommand(
                $"""
                insert into control.runs (id, kind, is_real, plan_hash, grp, workflow_type, workflow_id, input,
                  requested_by)
                select id, 'drill-isolated', false, 'h', 'payments', 'Runbook', id, '{"{}"}', 'usr_admin'
                from unnest(array['{run}', '{other}']) id
                """);
            await insert.ExecuteNonQueryAsync();
        }

        var (own, others) = ($"rp_{Guid.NewGuid():N}", $"rp_{Guid.NewGuid():N}");
        foreach (var (maker, point) in new[] { (run, own), (other, others) })
        {
            await CallAsync(
                maker, 5, "CreateRecoveryPoint", new { Protection = "prt_t", Reason = "drill" }, new { Point = point });
        }

        Assert.Equal(2, (await PointsOfAsync("prt_t")).Count);
        await CallAsync(run, 9, "DropRecoveryPointsOf", new { Protection = "prt_t" }, null);
        Assert.Equal([others], await PointsOfAsync("prt_t"));
    }

    private static (string Day, string Local) Dates(JsonNode coming) =>
        ((string)coming["day"]!, (string)coming["local"]!);

    private async Task<List<string>> PointsOfAsync(string protection) =>
        [.. (await _plane.Admin.GetAsync($"/api/v1/recovery-points?protection={protection}").OkAsync())["items"]!
            .AsArray().Select(p => (string)p!["id"]!)];

    private Task<HttpResponseMessage> MonthAsync(string query) =>
        _plane.Admin.GetAsync($"/api/v1/drills/month?month={query}");

    /// <summary>An activity of a run at site-b, scheduled and completed, as its history tells the projection.</summary>
    private Task CallAsync(string run, long at, string activity, object input, object? result) =>
        _plane.Get<ChangeWriter>().CommitAsync(async change =>
        {
            var open = new OpenRun(run, "1", run, 0, run, "payments");
            await RecoveryPointRows.ScheduledAsync(change, open, new HistoryEvent
            {
                EventId = at,
                ActivityTaskScheduledEventAttributes = new()
                {
                    ActivityType = new() { Name = activity }, TaskQueue = new() { Name = "site/site-b" },
                    Input = Payload(input),
                },
            });
            await RecoveryPointRows.EndedAsync(
                change, open, at, result is null ? null : Payload(result), completed: true);
        });

    private static Payloads Payload(object value) => new()
    {
        Payloads_ = { new Payload { Data = ByteString.CopyFromUtf8(JsonSerializer.Serialize(value)) } },
    };

    [Fact]
    public async Task Role_ForWhatDoesNotExist_IsRefusedByItsField()
    {
        await _plane.PersonAsync("vera", "viewer");
        var problem = await _plane.Admin.PatchAsJsonAsync("/api/v1/users/vera", new
        {
            roles = new object[] { new { role = "viewer" }, new { role = "operator", group = "no-such" } },
        }).RefusedAsync(422, "RB-API-002");
        Assert.Equal("roles[1].group", (string)problem["field"]!);
        await _plane.Admin.PatchAsJsonAsync("/api/v1/users/vera", new
        {
            roles = new object[]
            {
                new { role = "operator", site = "site-a" }, new { role = "approver", group = "payments" },
            },
        }).OkAsync();
        var users = await _plane.Admin.GetAsync("/api/v1/users").OkAsync();
        var roles = users["items"]!.AsArray().Single(u => (string)u!["name"]! == "vera")!["roles"]!.AsArray();
        Assert.Equal(
            ["approver  payments", "operator site-a "],
            roles.Select(r => $"{(string)r!["role"]!} {(string?)r["site"]} {(string?)r["group"]}").Order());
    }

    [Fact]
    public async Task Role_TakenAwayWhileSignedIn_IsGoneAtTheNextRequestAndEndsTheStream()
    {
        var admin = _plane.Admin;
        var made = await admin.PostAsync(
            "/api/v1/users", new { name = "otto", roles = new[] { new { role = "operator" } } }, key: null).OkAsync();
        var token = (string)(await admin.PostAsync("/api/v1/tokens", new { name = "t", user = "otto" }, key: null)
            .OkAsync())["token"]!;
        using var browser = new Browser(_plane);
        var session = await browser.SignInAsync(new { token });
        Assert.Contains("startRun", session["operations"]!.AsArray().Select(o => (string)o!));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        using var stream = await browser.Http.GetAsync(
            "/api/v1/events", HttpCompletionOption.ResponseHeadersRead, limit.Token);
        await using var events = SseParser.Create(await stream.Content.ReadAsStreamAsync(limit.Token))
            .EnumerateAsync(limit.Token).GetAsyncEnumerator(limit.Token);
        Assert.True(await events.MoveNextAsync());

        await admin.PatchAsJsonAsync($"/api/v1/users/{(string)made["id"]!}", new { roles = Array.Empty<object>() })
            .OkAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.Http.GetAsync("/api/v1/groups", limit.Token)).StatusCode);
        while (await events.MoveNextAsync())
        {
            Assert.NotEqual("stream.alive", (string)JsonNode.Parse(events.Current.Data)!["kind"]!);
        }
    }

    private Task<HttpResponseMessage> KeepAsync(string point, object body) =>
        _plane.Admin.PatchAsJsonAsync($"/api/v1/recovery-points/{point}", body);

    private async Task<JsonNode> PointAsync() =>
        (await _plane.Admin.GetAsync("/api/v1/recovery-points?workload=db-1").OkAsync())["items"]!.AsArray()
        .Single(p => (string)p!["id"]! == _point)!;

    private async Task<JsonArray> SearchAsync(string query) =>
        (await _plane.Admin.GetAsync($"/api/v1/audit?{query}").OkAsync())["items"]!.AsArray();

    private async Task<IEnumerable<string>> ReasonsAsync() =>
        (await _plane.Admin.GetAsync("/api/v1/groups/payments/readiness").OkAsync())["reasons"]!.AsArray()
        .Select(r => (string)r!["code"]!);

    private async Task MakePointAsync(string id, string reason)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(_plane.Options.Postgres!);
        await using var insert = source.CreateCommand(
            $$"""
            insert into control.recovery_points (id, site, protection, workload, reason, at, facts)
            values ('{{id}}', 'site-b', 'prt_x', 'db-1', '{{reason}}', now(),
                    '{"Digest": "ab12", "PauseMilliseconds": 1.5, "DivergedBytes": 4096}')
            """);
        await insert.ExecuteNonQueryAsync();
    }

    /// <summary>A control plane with two sites, a group and one machine.</summary>
    public sealed class Described : IAsyncLifetime
    {
        public ControlPlaneFixture Plane { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Plane = await ControlPlaneFixture.StartAsync();
            await Plane.Admin.PostAsync("/api/v1/groups", new { id = "payments" }, key: null).OkAsync();
            foreach (var site in new[] { "site-a", "site-b" })
            {
                await Plane.Admin.PostAsync("/api/v1/sites", new { id = site }, key: null).OkAsync();
            }

            await Plane.Admin.PostAsync(
                "/api/v1/workloads",
                new
                {
                    id = "db-1", group = "payments", site = "site-a",
                    disks = new[] { new { name = "disk0", sizeBytes = 1 << 20 } },
                },
                key: null).OkAsync();
        }

        public ValueTask DisposeAsync() => Plane.DisposeAsync();
    }
}
