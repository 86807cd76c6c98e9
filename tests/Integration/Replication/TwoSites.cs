namespace Runbooks.Tests.Integration.Replication;

/// <summary>Two agents on loopback and one volume from site-a to site-b, as the quick start makes them.</summary>
internal sealed class TwoSites : IDisposable
{
    public const string Volume = "vol_disk01";
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly string folder = Directory.CreateTempSubdirectory("two-sites-").FullName;

    public TwoSites()
    {
        A = new AgentProcess("site-a", Path.Combine(folder, "a"));
        B = new AgentProcess("site-b", Path.Combine(folder, "b"));
    }

    public AgentProcess A { get; }

    public AgentProcess B { get; }

    public string ImageA => Path.Combine(A.Folder, "volumes", Volume, "image.raw");

    public string ImageB => Path.Combine(B.Folder, "volumes", Volume, "image.raw");

    /// <summary>Starts both; each may run under a tool.</summary>
    public async Task StartAsync(
        string size = "64M",
        string onLinkLoss = "suspend",
        string peerTimeout = "1",
        string[]? underB = null,
        string[]? underA = null)
    {
        await Task.WhenAll(A.StartAsync(underA ?? []), B.StartAsync(underB ?? []));
        await B.RunAsync(
            "volume", "create", "--id", Volume, "--size", size, "--role", "standby", "--peer", "site-a", "--address", A.Wan);
        await A.RunAsync("volume", "create", "--id", Volume, "--size", size);
        await A.WaitForAsync(AgentProcess.IsOpen, Patience);
        await A.RunAsync(
            "volume", "attach", "--id", Volume, "--peer", "site-b", "--address", B.Wan,
            "--on-link-loss", onLinkLoss, "--peer-timeout", peerTimeout, "--hold-down", "0.2");
    }

    public Task InSyncAsync() => A.WaitForAsync(AgentProcess.IsInSync, Patience);

    public NbdWriter Connect() => new(A.NbdPort, Volume);

    /// <summary>Stops both in order and compares the images byte by byte.</summary>
    public async Task AssertEqualAsync()
    {
        await A.StopAsync();
        await B.StopAsync();
        Assert.True(
            File.ReadAllBytes(ImageA).AsSpan().SequenceEqual(File.ReadAllBytes(ImageB)),
            $"the images differ\n{A.Log}\n{B.Log}");
    }

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
