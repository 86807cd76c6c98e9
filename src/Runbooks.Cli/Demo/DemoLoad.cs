using System.Globalization;
using Runbooks.Cli.Records;
using Runbooks.Cli.Stack;

namespace Runbooks.Cli.Demo;

/// <summary>
/// The load as a process of its own: numbered records with FUA, and the list of those that were acknowledged.
/// </summary>
internal sealed class DemoLoad(string folder) : IDisposable
{
    private const int PerSecond = 300;
    private Child? process;

    public string AcknowledgedFile { get; } = Path.Combine(folder, "acknowledged.records");

    /// <summary>Longest write that any load process has seen, in milliseconds.</summary>
    public double LongestMilliseconds { get; private set; }

    /// <summary>Longest write of the present process only.</summary>
    public double LongestNow { get; private set; }

    public long Acknowledged => AcknowledgedRecords.Count(AcknowledgedFile);

    public Child Process => process ?? throw new InvalidOperationException("The load is not running.");

    public bool IsRunning => process is { HasExited: false };

    /// <summary>Starts writing to an export; goes on after the last acknowledged number.</summary>
    public void Start(Uri export)
    {
        process?.Dispose();
        LongestNow = 0;
        process = Child.StartDotnet(
            "load",
            Parts.Self,
            ["load", "--nbd", export.ToString(), "--acknowledged", AcknowledgedFile, "--per-second", $"{PerSecond}"],
            Path.Combine(folder, "logs", "load.log"));
        process.Said += Hear;
    }

    /// <summary>Waits until this many more records are acknowledged.</summary>
    public async Task WaitForAsync(long more, TimeSpan within, CancellationToken cancellationToken)
    {
        var wanted = Acknowledged + more;
        var until = DateTime.UtcNow + within;
        while (Acknowledged < wanted)
        {
            if (process is { HasExited: true })
            {
                throw new StackException($"The load ended: {process.Tail}");
            }

            if (DateTime.UtcNow > until)
            {
                throw new TimeoutException($"The load acknowledged {Acknowledged} records and not {wanted} within {within.TotalSeconds:0} s.");
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    public async Task StopAsync()
    {
        if (process is not null)
        {
            await process.StopAsync(TimeSpan.FromSeconds(10));
        }
    }

    public void Dispose() => process?.Dispose();

    private void Hear(string line)
    {
        var words = line.Split(' ');
        if (words is ["acknowledged", _, "longest", var longest]
            && double.TryParse(longest, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
        {
            LongestNow = Math.Max(LongestNow, value);
            LongestMilliseconds = Math.Max(LongestMilliseconds, value);
        }
    }
}
