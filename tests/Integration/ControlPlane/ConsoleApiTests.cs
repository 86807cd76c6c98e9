using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Runbooks.Tests.Integration.ControlPlane;

/// <summary>What the console's pages ask for, and what its browser is told.</summary>
public sealed class ConsoleApiTests : IAsyncLifetime
{
    private const string Document = """
        apiVersion: runbooks/v1
        kind: Runbook
        metadata: { name: hello, title: Hello }
        spec:
          for: custom
          group: payments
          steps:
            - { id: a, uses: delay, with: { for: 1s } }
            - { id: b, uses: delay, with: { for: 2s } }
        """;

    private ControlPlaneFixture _plane = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlaneFixture.StartAsync();
        await _plane.Admin.PostAsync("/api/v1/groups", new { id = "payments" }, key: null).OkAsync();
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task Draft_SavedByTwoPeople_LosesNobodysText()
    {
        var first = await SaveAsync(Document, null);
        var tag = first.Headers.ETag!.Tag;
        await SaveAsync(Document + "# mine\n", tag);
        var late = await PutAsync(Document + "# theirs\n", tag);
        var problem = await Task.FromResult(late).RefusedAsync(412, "RB-RUNBOOK-003");
        Assert.EndsWith("# mine\n", (string)problem["details"]!["document"]!, StringComparison.Ordinal);
        Assert.Equal("admin", (string)problem["details"]!["author"]!);
        await SaveAsync(Document + "# both\n", $"\"{problem["details"]!["version"]}\"");
        var revisions = (await _plane.Admin.GetAsync("/api/v1/runbooks/hello/revisions").OkAsync())["items"]!.AsArray();
        Assert.Equal(3, revisions.Count);
        var old = await _plane.Admin.GetAsync($"/api/v1/runbooks/hello/revisions/{revisions[1]!["revision"]}")
            .OkAsync();
        Assert.EndsWith("# mine\n", (string)old["document"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Draft_Autosaved_IsARevisionAndNoAuditRecord()
    {
        await SaveAsync(Document, null);
        await _plane.Admin.PutAsJsonAsync("/api/v1/runbooks/hello?autosave=true", new { document = Document + "#\n" })
            .OkAsync();
        var records = await _plane.Admin.GetAsync("/api/v1/audit?kind=runbook.saved").OkAsync();
        Assert.Single(records["items"]!.AsArray());
    }

    [Fact]
    public async Task Document_OverTheLimit_IsRefusedClearly()
    {
        await PutAsync(Document + "#" + new string('x', 1 << 20), null).RefusedAsync(413, "RB-API-010");
        await PutAsync(new string('x', 5 << 20), null).RefusedAsync(413, "RB-API-010");
        var steps = string.Concat(
            Enumerable.Range(0, 2_001).Select(i => $"    - {{ id: s{i}, uses: delay, with: {{ for: 1s }} }}\n"));
        var checkedText = await _plane.Admin.PostAsync(
            "/api/v1/runbooks/validate", new { document = Document + "\n" + steps }, key: null).OkAsync();
        Assert.False((bool)checkedText["valid"]!);
        Assert.Contains("2000", checkedText["problems"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_Published_KeepsItsDrawingAndDiffersByMeaning()
    {
        await SaveAsync(Document, null);
        await _plane.Admin.PutAsJsonAsync(
            "/api/v1/runbooks/hello/layout",
                new { steps = new Dictionary<string, object> { ["a"] = new { x = 1, y = 2 } } }).OkAsync();
        await _plane.Admin.PostAsync("/api/v1/runbooks/hello/publish", new { }, key: null).OkAsync();
        await _plane.Admin.PutAsJsonAsync("/api/v1/runbooks/hello/layout", new { steps = new { } }).OkAsync();
        var kept = await _plane.Admin.GetAsync("/api/v1/runbooks/hello/layout?version=1").OkAsync();
        Assert.Equal(2, (double)kept["steps"]!["a"]!["y"]!);
        await SaveAsync(Document.Replace("2s", "5s", StringComparison.Ordinal), null);
        var diff = await _plane.Admin.PostAsync("/api/v1/runbooks/hello/diff", new { }, key: null).OkAsync();
        Assert.Equal("with.for", (string)diff["steps"]![0]!["fields"]![0]!["field"]!);
        Assert.Contains("~ step b", (string)diff["text"]!, StringComparison.Ordinal);
        await _plane.Admin.PutAsJsonAsync(
            "/api/v1/runbooks/hello/layout", new { steps = new { a = new { x = 1e9, y = 0 } } }).RefusedAsync(
                422, "RB-API-002");
    }

    [Fact]
    public async Task Elsa_ThereAndBack_IsTheSameRunbook()
    {
        await SaveAsync(Document, null);
        var hash = (string)(await _plane.Admin.PostAsync(
            "/api/v1/runbooks/validate", new { document = Document }, key: null)
            .OkAsync())["hash"]!;
        var elsa = await _plane.Admin.GetStringAsync("/api/v1/runbooks/hello/elsa");
        var back = await _plane.Admin.PostAsync("/api/v1/runbooks/elsa/import", new { elsa }, key: null).OkAsync();
        Assert.Equal(hash, (string)back["hash"]!);
        var refused = await _plane.Admin.PostAsync("/api/v1/runbooks/elsa/import", new { elsa = "{}" }, key: null)
            .RefusedAsync(422, "RB-RUNBOOK-002");
        Assert.Contains("root", (string)refused["details"]!["1"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_Asked_SaysWhatEachStepDoesAndWhere()
    {
        await SaveAsync(Document, null);
        var plan = await _plane.Admin.PostAsync(
            "/api/v1/runbooks/hello/explain", new { document = Document }, key: null).OkAsync();
        Assert.Equal("workflow", (string)plan["steps"]![0]!["place"]!);
        Assert.NotEmpty((string)plan["steps"]![0]!["does"]!);
    }

    [Fact]
    public async Task Overview_OfAnEmptyGroup_SaysWhyItIsNotReady()
    {
        var overview = await _plane.Admin.GetAsync("/api/v1/overview").OkAsync();
        var group = Assert.Single(overview["groups"]!.AsArray())!;
        Assert.Equal("not-ready", (string)group["readiness"]!["state"]!);
        var codes = group["readiness"]!["reasons"]!.AsArray().Select(r => (string)r!["code"]!);
        Assert.Equal(["no-runbook", "never-drilled", "no-workloads"], codes);
        Assert.Equal("not protected", (string)group["exposure"]!["text"]!);
        Assert.True((bool)overview["controlPlane"]!["thisIsActive"]!);
    }

    [Fact]
    public async Task Settings_Changed_AreGuardedByTheirTag()
    {
        await _plane.Admin.PatchAsJsonAsync("/api/v1/settings", new { drillEveryDays = 0 }).RefusedAsync(
            422, "RB-API-002");
        await _plane.Admin.PatchAsJsonAsync("/api/v1/settings", new { environment = "test", drillEveryDays = 30 })
            .OkAsync();
        Assert.Equal("test", (string)(await _plane.Admin.GetAsync("/api/v1/overview").OkAsync())["environment"]!);
        var stale = new HttpRequestMessage(
            HttpMethod.Patch, "/api/v1/settings") { Content = JsonContent.Create(new { environment = "x" }) };
        stale.Headers.TryAddWithoutValidation("If-Match", "\"0\"");
        await _plane.Admin.SendAsync(stale).RefusedAsync(412, "RB-API-007");
    }

    [Fact]
    public async Task Schedule_Previewed_ShowsFiveDatesAndRefusesNonsense()
    {
        var view = await _plane.Admin.PostAsync(
            "/api/v1/schedules/preview", new { calendar = "0 3 * * 0", timeZone = "Europe/Berlin" }, key: null)
                .OkAsync();
        Assert.Equal("At 03:00, every Sunday (Europe/Berlin)", (string)view["words"]!);
        Assert.Equal(5, view["next"]!.AsArray().Count);
        await _plane.Admin.PostAsync("/api/v1/schedules/preview", new { calendar = "99 3 * * 0" }, key: null)
            .RefusedAsync(422, "RB-API-002");
        var drills = await _plane.Admin.GetAsync("/api/v1/drills").OkAsync();
        Assert.Equal("payments", (string)drills["groups"]![0]!["group"]!);
    }

    [Fact]
    public async Task Protect_Checked_NamesEverythingAtOnce()
    {
        await DescribeAsync();
        var view = await _plane.Admin.PostAsync(
            "/api/v1/protections/check", new { workload = "db-1", standbys = new[] { "site-b", "site-c" } }, key: null)
                .OkAsync();
        Assert.False((bool)view["ok"]!);
        var checks = view["checks"]!.AsArray().Select(c => $"{c!["state"]} {c["name"]} {c["field"]}").ToList();
        Assert.Contains("refused site-unknown standbys[1]", checks);
        Assert.Contains("ok space standbys[0]", checks);
    }

    [Fact]
    public async Task Metrics_OfReportedVolumes_AreSeries()
    {
        var volume = await DescribeAsync();
        var metrics = await _plane.Admin.GetAsync("/api/v1/workloads/db-1/metrics").OkAsync();
        Assert.Empty(metrics["volumes"]!.AsArray());
        await _plane.Admin.GetAsync($"/api/v1/volumes/{volume}/metrics?window=99999").RefusedAsync(422, "RB-API-002");
        var table = await _plane.Admin.GetAsync("/api/v1/workload-table?sort=state&q=DB&state=unprotected").OkAsync();
        Assert.Equal(1, (long)table["total"]!);
        await _plane.Admin.GetAsync("/api/v1/workload-table?sort=colour").RefusedAsync(422, "RB-API-002");
    }

    [Fact]
    public async Task Conflict_Decided_IsDecidedOnceAndNamesTheFailover()
    {
        await DescribeAsync();
        await using (var source = Npgsql.NpgsqlDataSource.Create(_plane.Options.Postgres!))
        {
            await using var insert = source.CreateCommand(
                """
                insert into control.recovery_points (id, site, protection, workload, reason, at, facts)
                values ('rp_x', 'site-b', 'prot_x', 'db-1', 'diverged', now(), 
                        '{"DivergedBytes": 4096, "RangeCount": 3,
                          "Ranges": [{"Volume": "vol_000001", "Offset": 8192, "Length": 4096}]}')
                """);
            await insert.ExecuteNonQueryAsync();
        }

        var conflict = (await _plane.Admin.GetAsync("/api/v1/conflicts?state=open").OkAsync())["items"]![0]!;
        Assert.Equal(4096, (long)conflict["kept"]!["bytes"]!);
        Assert.Equal(3, (int)conflict["kept"]!["rangeCount"]!);
        Assert.Equal(8192, (long)conflict["kept"]!["ranges"]![0]!["offset"]!);
        await _plane.Admin.PostAsync(
            "/api/v1/conflicts/rp_x/decision", new { winner = "both", reason = "no" }, key: null)
            .RefusedAsync(422, "RB-API-002");
        var decided = await _plane.Admin.PostAsync(
            "/api/v1/conflicts/rp_x/decision", new { winner = "kept", reason = "it has the orders" }, key: null)
                .OkAsync();
        Assert.Equal("rp_x", (string)decided["run"]!["inputs"]!["point"]!);
        await _plane.Admin.PostAsync(
            "/api/v1/conflicts/rp_x/decision", new { winner = "current", reason = "again" }, key: null)
            .RefusedAsync(409, "RB-RUN-007");
        Assert.Empty((await _plane.Admin.GetAsync("/api/v1/conflicts?state=open").OkAsync())["items"]!.AsArray());
    }

    [Fact]
    public async Task Audit_Raw_VerifiesWithNothingButHashesAndOneKey()
    {
        await _plane.Admin.GetAsync("/api/v1/audit/head").OkAsync();
        var page = (await _plane.Admin.GetAsync("/api/v1/audit?raw=true&order=asc&limit=1000")
            .OkAsync())["items"]!.AsArray();
        var hash = new string('0', 64);
        foreach (var record in page)
        {
            hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hash + (string)record!["text"]!)));
            Assert.Equal(hash, (string)record["hash"]!);
        }

        var head = (await _plane.Admin.GetAsync("/api/v1/audit/heads").OkAsync())["items"]![0]!;
        var keys = (await _plane.Admin.GetAsync("/api/v1/audit/keys").OkAsync())["items"]!.AsArray();
        using var key = ECDsa.Create();
        key.ImportFromPem((string)keys.Single(k => (string)k!["keyId"]! == (string)head["keyId"]!)!["publicKeyPem"]!);
        Assert.True(key.VerifyData(
            Encoding.UTF8.GetBytes((string)head["statement"]!), Convert.FromBase64String((string)head["rawSignature"]!),
            HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        var one = await _plane.Admin.GetAsync("/api/v1/audit/1").OkAsync();
        Assert.Equal(1, (long)one["sequence"]!);
        await _plane.Admin.GetAsync("/api/v1/audit/999999").RefusedAsync(404, "RB-API-005");
    }

    [Fact]
    public async Task Group_Changed_DrillsAsOftenAsItSays()
    {
        await _plane.Admin.PatchAsJsonAsync("/api/v1/groups/payments", new { drillEveryDays = 7 }).OkAsync();
        var drills = await _plane.Admin.GetAsync("/api/v1/drills").OkAsync();
        Assert.Equal(7, (int)drills["groups"]![0]!["drillEveryDays"]!);
        await _plane.Admin.PatchAsJsonAsync("/api/v1/groups/nothing", new { title = "x" }).RefusedAsync(
            404, "RB-API-005");
        var users = (await _plane.Admin.GetAsync("/api/v1/users").OkAsync())["items"]!.AsArray();
        Assert.False((bool)users[0]!["hasPassword"]!);
    }

    [Fact]
    public async Task ControlPlane_Shown_SaysWhatHappensIfAPartDies()
    {
        var state = await _plane.Admin.GetAsync("/api/v1/control-plane").OkAsync();
        Assert.Equal("not-protected", (string)state["protection"]!);
        Assert.Contains("NOT PROTECTED", state["whatIf"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("assword", state.ToJsonString(), StringComparison.Ordinal);
        var about = await _plane.Admin.GetAsync("/api/v1/about").OkAsync();
        Assert.All(about["licences"]!.AsArray(), l => Assert.NotEmpty((string)l!["version"]!));
    }

    private async Task<string> DescribeAsync()
    {
        foreach (var site in new[] { "site-a", "site-b" })
        {
            using var certificate = await _plane.EnrolAsync(site);
            (await _plane.Agent(certificate).PostAsJsonAsync("/agent/v1/report", ControlPlaneFixture.Report(site)))
                .EnsureSuccessStatusCode();
        }

        var made = await _plane.Admin.PostAsync(
            "/api/v1/workloads",
            new { id = "db-1", group = "payments", site = "site-a",
                disks = new[] { new { name = "disk0", sizeBytes = 1 << 20 } } },
            key: null).OkAsync();
        return (string)made["disks"]![0]!["volume"]!;
    }

    private async Task<HttpResponseMessage> SaveAsync(string document, string? tag)
    {
        var answer = await PutAsync(document, tag);
        await Task.FromResult(answer).OkAsync();
        return answer;
    }

    private Task<HttpResponseMessage> PutAsync(string document, string? tag)
    {
        var request = new HttpRequestMessage(
            HttpMethod.Put, "/api/v1/runbooks/hello") { Content = JsonContent.Create(new { document }) };
        if (tag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        }

        return _plane.Admin.SendAsync(request);
    }
}
