using System.Collections.Concurrent;
using System.Diagnostics;

namespace Runbooks.Tests.Benchmarks.Processes;

/// <summary>
/// Starts every child from one thread that lives to the end: the kernel sends a child its death signal when the thread
/// that made it ends, and a pool thread may end at any time.
/// </summary>
internal static class Nursery
{
    private static readonly BlockingCollection<(ProcessStartInfo Start,
        TaskCompletionSource<Process> Started)> Orders = [];
    private static readonly Lazy<Thread> Parent = new(() =>
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "parent of the servers" };
        thread.Start();
        return thread;
    });

    public static Task<Process> StartAsync(ProcessStartInfo start)
    {
        _ = Parent.Value;
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Orders.Add((start, started));
        return started.Task;
    }

    private static void Run()
    {
        foreach (var (start, started) in Orders.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (System.ComponentModel.Win32Exception missing)
            {
                started.SetException(missing);
            }
        }
    }
}
