namespace Runbooks.Tests.EndToEnd;

/// <summary>The same story with a real Temporal server in place of the embedded engine.</summary>
public sealed class TemporalDemoTests
{
    [Fact]
    public async Task Demo_OnARealTemporalServer_HoldsEveryClaim()
    {
        using var server = await DevServer.TryStartAsync();
        if (server is null)
        {
            Assert.Skip("no temporal binary: set TEMPORAL_CLI, or put it on PATH or into ../shared/tools/temporal");
        }

        using var report = new TemporaryFolder();

        var (exitCode, output) = await Demo.RunAsync(report.Path, "--temporal", server.Address);

        Demo.RequireStory(report.Path, exitCode, output, "temporal");
    }
}
