using Runbooks.Domain.Arbiter;
using Runbooks.Testing.Simulation;

namespace Runbooks.Tests.Simulation;

/// <summary>Is the simulation able to see? Each rule is broken on purpose, outside the product's code, and an oracle must object.</summary>
public sealed class MutantTests
{
    private const int SeedsMax = 250;

    /// <summary>The rules whose absence these oracles must notice. Each line of Mutants.txt: the mutant and, after it, why it is one.</summary>
    public static TheoryData<Mutant> Mutants
    {
        get
        {
            var data = new TheoryData<Mutant>();
            foreach (var line in File.ReadLines(Path.Combine(Room.Folder, "Mutants.txt")).Where(l => l.Length > 0 && l[0] != '#'))
            {
                data.Add(Enum.Parse<Mutant>(line.Split(' ', 2)[0]));
            }

            return data;
        }
    }

    /// <summary>
    /// The control: with every rule in place the same dice hold, so a mutant that fails was caught for its own sake.
    /// </summary>
    [Fact]
    public void NoBrokenRule_TheSameSeeds_PromisesHold()
    {
        var (operations, steps) = SimulationRunner.MustHold(1, SeedsMax, Options(Mutant.None));
        TestContext.Current.TestOutputHelper?.WriteLine($"{operations} guest operations, {steps} core steps");
    }

    [Theory]
    [MemberData(nameof(Mutants))]
    public void BrokenRule_ManySeeds_IsCaught(Mutant mutant)
    {
        for (var seed = 1; seed <= SeedsMax; seed++)
        {
            if (SimulationRunner.Violation(seed, Options(mutant), out _) is { } violation
                && !violation.Contains("no rest", StringComparison.Ordinal))
            {
                Assert.Null(SimulationRunner.Violation(seed, Options(mutant) with { Mutant = Mutant.None }, out _));
                TestContext.Current.TestOutputHelper?.WriteLine(
                    $"{mutant} caught by seed {seed}: {violation.Split(Environment.NewLine)[1]}");
                return;
            }
        }

        Assert.Fail($"{mutant} was not caught by {SeedsMax} seeds: the oracles are blind there");
    }

    /// <summary>
    /// What <c>Confirm</c> is a write for: a process asks that its standby be counted as complete
    /// and dies; the next one acknowledges alone, as the row permits; then the old request arrives.
    /// </summary>
    [Theory]
    [InlineData(Mutant.None)]
    [InlineData(Mutant.ConfirmIsRead)]
    public void MarkOfADeadProcess_ThatArrivesLate_CountsOnlyWhereConfirmIsARead(Mutant mutant)
    {
        var story = new Testing.Simulation.Simulation(1, new SimOptions { Mutant = mutant });
        var primary = story.Sites[0];
        story.StartQuietly();
        story.RunFor(TimeSpan.FromSeconds(1));
        SetLine(story, cut: true);
        story.WriteBlock(primary, 3);
        story.RunFor(TimeSpan.FromSeconds(1));
        Assert.False(story.Arbiter.Row.IsComplete(story.SiteIds[1]));

        story.Arbiter.IsHeld = request => request is MarkComplete;
        SetLine(story, cut: false);
        story.RunFor(TimeSpan.FromSeconds(3));
        Assert.NotEqual(0, story.Arbiter.Held);

        SetLine(story, cut: true);
        primary.Crash(power: false);
        primary.Start();
        story.RunFor(TimeSpan.FromSeconds(1));
        var before = story.Oracle.Acknowledged;
        story.WriteBlock(primary, 5);
        story.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(before + 1, story.Oracle.Acknowledged);

        story.Arbiter.Release();
        void Arrives() => story.RunFor(TimeSpan.FromSeconds(1));
        if (mutant == Mutant.None)
        {
            Arrives();
            Assert.False(story.Arbiter.Row.IsComplete(story.SiteIds[1]));
        }
        else
        {
            var objection = Assert.Throws<OracleException>(Arrives);
            Assert.Contains("site-b counts as complete", objection.Message, StringComparison.Ordinal);
        }
    }

    private static void SetLine(Testing.Simulation.Simulation story, bool cut)
    {
        story.Wan.Set(0, 1, cut);
        story.Wan.Set(1, 0, cut);
    }

    // Each rule is missed in weather of its own: a power cut is not seen where a promotion beats every restart.
    private static SimOptions Options(Mutant mutant) => mutant switch
    {
        Mutant.SameBoot => new() { Mutant = mutant, CrashPerEffect = 0.0008, PowerShare = 0.7, OperatorActs = 0.001 },
        Mutant.NoVersion => new() { Mutant = mutant, CrashPerEffect = 0.0002, LinkChange = 0.06, OperatorActs = 0.03 },
        Mutant.LateFrames => new() { Mutant = mutant, CrashPerEffect = 0, LinkChange = 0.08, OperatorActs = 0 },
        _ => new() { Mutant = mutant, CrashPerEffect = 0.001, LinkChange = 0.03, OperatorActs = 0.03 },
    };
}

/// <summary>Where this room's data files are.</summary>
internal static class Room
{
    /// <summary>The folder tests/Simulation of the working copy.</summary>
    public static string Folder { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Mutants.txt")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("tests/Simulation was not found above the test's folder");
    }
}
