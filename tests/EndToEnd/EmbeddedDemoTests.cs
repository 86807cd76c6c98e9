namespace Runbooks.Tests.EndToEnd;

/// <summary>The demo as it is by default. Runs beside the other one: two demos at once do not meet.</summary>
public sealed class EmbeddedDemoTests
{
    [Fact]
    public async Task Demo_OnTheEmbeddedEngine_HoldsEveryClaim()
    {
        using var report = new TemporaryFolder();

        var (exitCode, output) = await Demo.RunAsync(report.Path);

        Demo.RequireStory(report.Path, exitCode, output, "embedded");
    }
}
