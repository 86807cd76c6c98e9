using System.Globalization;
using System.Text;
using Runbooks.Domain.Arbiter;
using Runbooks.Replication;
using Runbooks.Testing.Simulation;

namespace Runbooks.Tests.Simulation;

/// <summary>
/// Stories that once went wrong, replayed: each file in Transcripts holds orders (lines with "> ") and what must
/// follow them.
/// </summary>
/// <remarks>After a wanted change run with RUNBOOKS_TRANSCRIPTS=write, read the difference as carefully as code, and
/// commit it.</remarks>
public sealed class TranscriptTests
{
    /// <summary>The files.</summary>
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Path.Combine(Room.Folder, "Transcripts"), "*.txt")
            .Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Story_Replayed_GoesAsWritten(string file)
    {
        var path = Path.Combine(Room.Folder, "Transcripts", file);
        var written = File.ReadAllText(path);
        var played = Play(written.Split('\n')
            .Where(l => l.StartsWith("> ", StringComparison.Ordinal) || l.StartsWith('#')));
        if (Environment.GetEnvironmentVariable("RUNBOOKS_TRANSCRIPTS") == "write")
        {
            File.WriteAllText(path, played);
        }
        else
        {
            Assert.Equal(written, played);
        }
    }

    private static string Play(IEnumerable<string> script)
    {
        var simulation = new Testing.Simulation.Simulation(1, new SimOptions());
        simulation.World.TranscriptMax = int.MaxValue;
        simulation.StartQuietly();
        var story = new StringBuilder();
        var told = 0;
        foreach (var line in script)
        {
            story.Append(line).Append('\n');
            if (line[0] == '#')
            {
                continue;
            }

            Obey(simulation, line[2..].Split(' '));
            foreach (var note in simulation.World.Transcript.Skip(told))
            {
                story.Append("  ").Append(note.TrimStart().Split(' ', 2)[1]).Append('\n');
                told++;
            }
        }

        return story.ToString();
    }

    private static void Obey(Testing.Simulation.Simulation simulation, string[] words)
    {
        var site = words.Length > 1 ? Array.Find(simulation.Sites, s => s.Site.ToString() == "site-" + words[1]) : null;
        switch (words[0])
        {
            case "run":
                simulation.RunFor(TimeSpan.FromMilliseconds(int.Parse(words[1], CultureInfo.InvariantCulture)));
                break;
            case "write":
                simulation.WriteBlock(site!, int.Parse(words[2], CultureInfo.InvariantCulture));
                break;
            case "kill":
                site!.Crash(power: false);
                break;
            case "start":
                site!.Start();
                break;
            case "line":
                simulation.Wan.Set(0, 1, words[1] == "cut");
                simulation.Wan.Set(1, 0, words[1] == "cut");
                break;
            case "arbiter":
                site!.IsArbiterCut = words[2] == "cut";
                break;
            case "drain":
                site!.Order(OrderKind.Drain, _ => { });
                break;
            case "reopen":
                site!.Order(OrderKind.Reopen, _ => { });
                break;
            case "promote":
                Promote(simulation, site!, null);
                break;
            case "swap":
                var row = simulation.Arbiter.Row;
                Promote(simulation, site!, new DrainedMark(row.Primary, row.Generation, 0));
                break;
            case "state":
                simulation.World.Note(simulation.Describe);
                break;
            default:
                throw new InvalidOperationException($"nobody knows the order '{words[0]}'");
        }
    }

    private static void Promote(Testing.Simulation.Simulation simulation, SimSite site, DrainedMark? drained)
    {
        var row = simulation.Arbiter.Row;
        var answer = simulation.Arbiter.Decide(new Promote(row.Generation, row.Version, site.Site, null, drained)
        {
            Protection = row.Protection,
            RequestId = "run",
            Asker = site.Site,
        });
        if (answer.Granted)
        {
            site.Order(OrderKind.Promote, _ => { }, detail: new PromotionOrder(answer.Row!, false));
        }
    }
}
