using Runbooks.Tests.Benchmarks.Processes;

namespace Runbooks.Tests.Benchmarks.DataPath;

/// <summary>An export that can be written to, and the processes behind it.</summary>
internal abstract class MeasuredVolume(string name, int port, string export,
    IReadOnlyList<Daemon> daemons) : IAsyncDisposable
{
    public string Name { get; } = name;

    public string Address { get; } = $"127.0.0.1:{port}";

    public string Export { get; } = export;

    public TimeSpan CpuTime => daemons.Aggregate(TimeSpan.Zero, (sum, daemon) => sum + daemon.CpuTime);

    /// <summary>Returns when both copies follow each write.</summary>
    public virtual Task SettleAsync() => Task.CompletedTask;

    /// <summary>The images, to be read when the servers are stopped: agents hold theirs for themselves.</summary>
    public virtual IReadOnlyList<string> Copies => [];

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var daemon in daemons)
        {
            await daemon.DisposeAsync();
        }
    }
}
