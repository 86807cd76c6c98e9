using Runbooks.Tests.House.Repository;

namespace Runbooks.Tests.House.Laws;

/// <summary>
/// What a room must never see, read from what the compiler really made of it. Entries are assemblies, namespaces with
/// a final dot, types, or members.
/// </summary>
public sealed class AssemblyLaws
{
    private static readonly string[] Files =
    [
        "System.IO.File", "System.IO.FileStream", "System.IO.FileInfo", "System.IO.Directory",
            "System.IO.DirectoryInfo",
        "System.IO.RandomAccess", "Microsoft.Win32.SafeHandles.SafeFileHandle",
    ];

    private static readonly string[] AmbientTime =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today",
        "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow", "System.Environment.get_TickCount",
        "System.Environment.get_TickCount64", "System.Diagnostics.Stopwatch", "System.TimeProvider.get_System",
        "System.Threading.Timer",
    ];

    private static readonly string[] AmbientChance =
        ["System.Random", "System.Guid.NewGuid", "System.Security.Cryptography.RandomNumberGenerator"];

    private static readonly Dictionary<string, string[]> MustNeverSee = new()
    {
        ["Runbooks.Domain"] =
            [.. Files, .. AmbientTime, "System.Net.", "Npgsql", "Microsoft.", "System.Console",
                "System.Diagnostics.Process"],
        ["Runbooks.Definitions"] =
            [.. Files, .. AmbientTime, .. AmbientChance, "System.Net.", "Npgsql", "System.Console"],
        ["Runbooks.Replication"] =
        [
            .. Files, .. AmbientTime, .. AmbientChance, "System.IO.", "System.Net.", "System.Threading.Tasks.",
                "System.DateTime",
            "System.DateTimeOffset", "Microsoft.Extensions.", "System.Threading.Thread", "System.Threading.Monitor",
                "System.Console",
        ],
        ["Runbooks.Wire"] =
            [.. Files, .. AmbientTime, .. AmbientChance, "System.Net.Sockets.", "System.Net.Http.", "System.Console"],
        ["Runbooks.BlockPath"] =
            ["Runbooks.Temporal", "Runbooks.Temporal.Api", "Runbooks.Workflows", "Npgsql", "System.Net.Http",
                "Microsoft.AspNetCore."],
        ["Runbooks.Temporal.Api"] = ["Runbooks.Domain", "Npgsql"],
        ["Runbooks.Temporal"] = ["Runbooks.Domain", "Npgsql", "Runbooks.Workflows", "Microsoft.AspNetCore."],
        ["Runbooks.Workflows"] =
        [
            .. Files, .. AmbientTime, .. AmbientChance, "Runbooks.BlockPath", "Npgsql", "System.Net.Http",
                "System.Net.Sockets.",
            "System.Threading.Tasks.Task.Run", "System.Threading.Tasks.Task.Delay",
                "System.Threading.Tasks.Task.ConfigureAwait",
            "System.Threading.Thread", "System.Console", "System.Environment.",
        ],
        ["Runbooks.Engine"] = ["Runbooks.Domain", "Runbooks.Workflows", "Runbooks.Temporal", "Runbooks.Definitions"],
        ["Runbooks.SiteAgent"] = ["Runbooks.ControlPlane", "Runbooks.Audit", "Runbooks.Engine", "Npgsql"],
        ["Runbooks.Audit"] = ["Runbooks.ControlPlane", "Microsoft.AspNetCore."],
        ["Runbooks.ControlPlane"] =
            ["Runbooks.BlockPath", "Runbooks.Replication", "Runbooks.Wire", "Runbooks.SiteAgent"],
        ["Runbooks.Cli"] =
            ["Runbooks.ControlPlane", "Runbooks.SiteAgent", "Runbooks.BlockPath", "Runbooks.Engine",
                "Runbooks.Temporal"],
    };

    /// <summary>
    /// Uses that were looked at and stay, each with its reason. May only shrink.
    /// </summary>
    private static readonly Dictionary<string, string[]> Excepted = new();

    public static TheoryData<string> Rooms => [.. MustNeverSee.Keys];

    [Theory, MemberData(nameof(Rooms))]
    public void Assembly_Uses_NothingItMustNeverSee(string room)
    {
        var facts = AssemblyFacts.Of(room);
        var banned = MustNeverSee[room];
        var seen = facts.Assemblies.Where(a => banned.Contains(a))
            .Concat(facts.Types
                .Where(t => banned.Any(b => t == b || (b.EndsWith('.') && t.StartsWith(b, StringComparison.Ordinal)))))
            .Concat(facts.Members.Where(m => banned.Contains(m)))
            .Distinct().Except(Excepted.GetValueOrDefault(room, [])).Order(StringComparer.Ordinal);
        Law.Holds(seen);
    }

    [Fact]
    public void Durability_OfTheFramework_IsCalledByNobody()
    {
        // Both swallow an fsync error on Linux; a failed flush must be seen.
        foreach (var room in MustNeverSee.Keys)
        {
            Law.Holds(AssemblyFacts.Of(room).Members.Where(m => m == "System.IO.RandomAccess.FlushToDisk"));
        }
        Law.Holds(Source.Product.Where(f => f.Text.Contains(".Flush(true)", StringComparison.Ordinal)
            || f.Text.Contains("flushToDisk: true", StringComparison.Ordinal)).Select(f => f.Path));
    }

    [Fact]
    public void Engine_UsesPostgres_InItsOneFolderOnly() =>
        Law.Holds(Source.Product
            .Where(f => f.Room == "src/Runbooks.Engine" && !f.Path.Contains("/Postgres/", StringComparison.Ordinal)
                && f.Lines.Any(l => l.StartsWith("using Npgsql", StringComparison.Ordinal)))
            .Select(f => f.Path).Except(NpgsqlOutsidePostgres));

    /// <summary>Composition only: they make the data source that History/Postgres is given. May only shrink.</summary>
    private static readonly string[] NpgsqlOutsidePostgres = ["src/Runbooks.Engine/EmbeddedEngine.cs"];
}
