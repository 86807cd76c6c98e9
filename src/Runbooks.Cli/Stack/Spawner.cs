using System.Collections.Concurrent;
using System.Diagnostics;

namespace Runbooks.Cli.Stack;

/// <summary>
/// The thread that starts processes. The kernel's parent-death signal is bound to the thread that forked, not to the
/// process: a child forked by
/// a pool thread would be killed when the pool retires that thread. This one lives as long as the program.
/// </summary>
internal static class Spawner
{
    private static readonly BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Done)> Wanted = [];

    static Spawner() => new Thread(Work) { IsBackground = true, Name = "spawner" }.Start();

    /// <summary>Starts a process.</summary>
    public static Process Start(ProcessStartInfo info)
    {
        var done = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Wanted.Add((info, done));
        return done.Task.GetAwaiter().GetResult();
    }

    private static void Work()
    {
        foreach (var (info, done) in Wanted.GetConsumingEnumerable())
        {
            try
            {
                done.SetResult(Process.Start(info)!);
            }
            catch (System.ComponentModel.Win32Exception e)
            {
                done.SetException(new InvalidOperationException($"{info.FileName} cannot be started: {e.Message}", e));
            }
        }
    }
}
