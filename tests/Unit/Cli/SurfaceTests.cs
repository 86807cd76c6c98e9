using System.CommandLine;
using System.Text.Json.Nodes;
using Runbooks.Cli;
using Runbooks.Cli.Commands;
using Runbooks.Cli.Commands.Runs;
using Runbooks.Cli.Http;

namespace Runbooks.Tests.Unit.Cli;

public sealed class SurfaceTests
{
    [Fact]
    public void Commands_AllOfThem_SayWhatTheyDo() => Assert.All(
        Walk(Surface.Create()).Where(c => !c.Hidden), c =>
            Assert.False(string.IsNullOrWhiteSpace(c.Description), c.Name));

    [Fact]
    public void Nouns_AllOfThem_ShowAnExampleThatParses() => Assert.All(
        Surface.Nouns,
        noun => Assert.All(
            noun.Example.Split("&&", StringSplitOptions.TrimEntries),
            line =>
            {
                Assert.StartsWith("runbooks ", line, StringComparison.Ordinal);
                Assert.DoesNotContain(
                    Surface.Create().Parse(line["runbooks ".Length..]).Errors,
                    e => !e.Message.Contains("exist", StringComparison.Ordinal));
            }));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("site add")]
    [InlineData("site list -o xml")]
    [InlineData("workload add w --group g --site s --disk data=20GB")]
    [InlineData("site revoke site-a")]
    public async Task Entry_WrongCommandLine_EndsWithUsageAndAWayOut(string line)
    {
        using var errors = new StringWriter();
        var code =
            await Entry.RunAsync(line.Split(' '),
                new InvocationConfiguration { Error = errors, Output = TextWriter.Null });
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains("--help", errors.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"state":"succeeded","endedAt":"x"}""", ExitCodes.Ok)]
    [InlineData("""{"state":"failed","endedAt":"x"}""", ExitCodes.Failed)]
    [InlineData("""{"state":"aborted","endedAt":"x"}""", ExitCodes.Failed)]
    [InlineData("""{"state":"requested","approvalsNeeded":1,"approvalsGiven":0}""", ExitCodes.NeedsApproval)]
    [InlineData("""{"state":"requested","approvalsNeeded":0,"approvalsGiven":0}""", ExitCodes.NotReady)]
    [InlineData("""{"state":"running"}""", ExitCodes.NotReady)]
    public void RunOutcome_OfAState_IsTheExitCode(string run, int code) =>
        Assert.Equal(code, RunOutcome.ExitCode(JsonNode.Parse(run)!.AsObject()));

    [Fact]
    public void Problem_FromTheApi_IsCodeMessageFieldCauseCorrection()
    {
        var refused = ApiException.From(422, """
            {"code":"RB-API-002","title":"No.","status":422,"field":"id","cause":"It is empty.","correction":"Fill it.",
             "detail":"It is empty. Fill it."}
            """);
        Assert.Equal(ExitCodes.Failed, refused.ExitCode);
        Assert.Equal(["RB-API-002 No.", "  Field: id", "  Cause: It is empty."], refused.Message.Split('\n').Take(3));
        Assert.Contains("Correction: Fill it.", refused.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<Command> Walk(Command command) => [command, .. command.Subcommands.SelectMany(Walk)];
}
