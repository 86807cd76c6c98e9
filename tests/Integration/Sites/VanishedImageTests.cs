using Runbooks.Tests.Integration.Agents;
using static Runbooks.Tests.Integration.Sites.SiteUnderTest;

namespace Runbooks.Tests.Integration.Sites;

/// <summary>An image that somebody moved away while its agent was not running.</summary>
public sealed class VanishedImageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rb-gone-").FullName;

    private string Data => Path.Combine(_folder, "data");

    private string Image => Path.Combine(_folder, "mine.img");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Image_MovedAway_IsNamedAndNeverMadeAnew()
    {
        var content = new byte[Size];
        Random.Shared.NextBytes(content);
        await File.WriteAllBytesAsync(Image, content, TestContext.Current.CancellationToken);
        await RunAsync(async () => Assert.Equal(
            0, (await AgentCommand.RunAsync("volume", "adopt", "--data", Data, "--id", $"{Volume}", "--image",
                Image)).Code));
        File.Move(Image, Image + ".away");

        var (code, _, errors) = await AgentCommand.RunAsync("run", "--data", Data, "--site", "site-a");
        Assert.NotEqual(0, code);
        Assert.Contains(Image, errors, StringComparison.Ordinal);
        Assert.Contains("correction:", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at Runbooks.", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Image));

        File.Move(Image + ".away", Image);
        await RunAsync(async () => Assert.Contains(
            "primary", (await AgentCommand.RunAsync("volume", "status", "--data", Data)).Output,
                StringComparison.Ordinal));
        Assert.Equal(content, await File.ReadAllBytesAsync(Image, TestContext.Current.CancellationToken));
    }

    private async Task RunAsync(Func<Task> meanwhile)
    {
        using var agent = await AgentCommand.RunningAsync("--data", Data, "--site", "site-a");
        try
        {
            await meanwhile();
        }
        finally
        {
            agent.Kill(entireProcessTree: true);
            await agent.WaitForExitAsync(CancellationToken.None);
        }
    }
}
