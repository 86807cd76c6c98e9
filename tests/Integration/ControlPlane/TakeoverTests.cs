using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Runbooks.ControlPlane.Hosting;

namespace Runbooks.Tests.Integration.ControlPlane;

/// <summary>Two control planes on one database: whichever leads has the engine and the workers, and runs go on there.</summary>
public sealed class TakeoverTests : IAsyncLifetime
{
    private const string Document = """
        apiVersion: runbooks/v1
        kind: Runbook
        metadata: { name: breathe, title: Breathe, owner: dr }
        spec:
          for: custom
          approvals: { real: none, drill: none }
          steps:
            - { id: wait, uses: delay, with: { for: 1s } }
        """;

    private readonly List<Member> _members = [];
    private readonly string _data = Directory.CreateTempSubdirectory("rb-cp-").FullName;
    private ControlPlaneFixture _plane = null!;
    private int _runs;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlaneFixture.StartAsync(o => o with { Roles = ControlPlaneRoles.All });
        foreach (var part in new[] { "pki", "keys" })
        {
            var (from, to) = (Path.Combine(_plane.Options.Data, part), Path.Combine(_data, part));
            Directory.CreateDirectory(to);
            foreach (var file in Directory.GetFiles(from))
            {
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
            }
        }

        var other = await ControlPlaneHost.StartAsync(_plane.Options with { Data = _data });
        _members.Add(new Member(_plane.Host, _plane.Admin));
        var admin = new HttpClient { BaseAddress = new Uri(other.Addresses.Api) };
        admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _plane.AdminToken);
        _members.Add(new Member(other, admin));
        await _plane.Admin.PostAsync("/api/v1/groups", new { id = "payments" }).OkAsync();
        await _plane.Admin.PutAsJsonAsync("/api/v1/runbooks/breathe", new { document = Document }).OkAsync();
        await _plane.Admin.PostAsync("/api/v1/runbooks/breathe/publish", new { }).OkAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _members[1].Admin.Dispose();
        await _members[1].Host.DisposeAsync();
        await _plane.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task Lead_CutWhileTheEngineIsWell_RunsGoOnAtWhoeverLeads()
    {
        var first = await ActiveAsync();
        await RunsAsync(first);
        var leads = first;
        // Either of the two may be the next to lead: mostly the other one within three cuts, and runs go on at both.
        for (var cuts = 0; cuts < 3 && leads == first; cuts++, leads = await ActiveAsync())
        {
            // The session that holds the lead's lock, and no other: the engine's own ownership is not touched.
            var before = leads.Lead.Epoch;
            await CutAsync(
                "pid in (select pid from pg_locks where locktype = 'advisory' and classid = 5390913 and objid = 1129597270)");
            await UntilAsync(() => Task.FromResult(_members.Exists(m => m.Lead.IsActive && m.Lead.Epoch > before)));
        }

        await RunsAsync(await ActiveAsync());
    }

    [Fact]
    public async Task Database_EverySessionCut_RunsGoOnAtWhoeverLeads()
    {
        await RunsAsync(await ActiveAsync());
        var before = _members.Max(m => m.Lead.Epoch);
        await CutAsync("true");
        await UntilAsync(() => Task.FromResult(_members.Exists(m => m.Lead.IsActive && m.Lead.Epoch > before)));
        await RunsAsync(await ActiveAsync());
    }

    private async Task RunsAsync(Member member)
    {
        // A connection that was cut under a call fails that call; it is made again with the same key.
        var (key, id) = ($"key-{++_runs}", (string?)null);
        await UntilAsync(async () =>
        {
            using var answer = await member.Admin.PostAsync(
                "/api/v1/runs",
                new { runbook = "breathe", group = "payments", inputs = new { }, reason = "to see it end" }, key);
            id = answer.IsSuccessStatusCode ? (string?)(await answer.JsonAsync())["id"] : null;
            return id is not null;
        });
        await UntilAsync(async () =>
        {
            using var answer = await member.Admin.GetAsync($"/api/v1/runs/{id}");
            return answer.IsSuccessStatusCode && (string?)(await answer.JsonAsync())["state"] == "succeeded";
        });
    }

    private async Task<Member> ActiveAsync()
    {
        Member? found = null;
        await UntilAsync(() =>
        {
            found = _members.Find(m => m.Lead.IsActive);
            return Task.FromResult(found is not null);
        });
        return found!;
    }

    private async Task CutAsync(string which)
    {
        await using var database = NpgsqlDataSource.Create(_plane.Options.Postgres!);
        await using var cut = database.CreateCommand(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            + $"where datname = current_database() and pid <> pg_backend_pid() and {which}");
        await cut.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        while (!await holds())
        {
            await Task.Delay(50, limit.Token);
        }
    }

    private sealed record Member(ControlPlaneHost Host, HttpClient Admin)
    {
        public Leadership Lead { get; } = Host.App.Services.GetRequiredService<Leadership>();
    }
}
