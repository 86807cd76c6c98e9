using System.Diagnostics;
using System.Globalization;

namespace Runbooks.Tests.Integration.Replication;

/// <summary>
/// The kernel's word that "durable" is durable at both sites: the system calls of two real agents, put into order by
/// their time stamps.
/// </summary>
public sealed class DurabilityProofTests
{
    private const int Bytes = 4096;
    private const int Rounds = 12;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DurableRequest_IsAnsweredOnlyAfterFdatasyncAtBothSites(bool fua)
    {
        if (await SyscallTrace.WhyNotAsync() is { } why)
        {
            Assert.Skip(why);
        }

        var traces = Directory.CreateTempSubdirectory("durability-").FullName;
        try
        {
            var (traceA, traceB) = (Path.Combine(traces, "a"), Path.Combine(traces, "b"));
            using var sites = new TwoSites();
            await sites.StartAsync(
                peerTimeout: "20", underA: SyscallTrace.Under(traceA), underB: SyscallTrace.Under(traceB));
            await sites.InSyncAsync();
            int guestPort;
            using (var guest = sites.Connect())
            {
                guestPort = guest.LocalPort;
                for (var n = 0; n < Rounds; n++)
                {
                    Assert.Equal(0u, guest.Write(OffsetOf(n), new byte[Bytes], fua));
                    Assert.Equal(0u, fua ? 0 : guest.Flush());
                }
            }

            await sites.A.StopAsync();
            await sites.B.StopAsync();
            var (atA, atB) = (SyscallTrace.Read(traceA), SyscallTrace.Read(traceB));
            var replies = atA.Where(c => c.Name is "sendto" or "sendmsg" or "write" or "writev"
                && c.Line.Contains($"->127.0.0.1:{guestPort}]", StringComparison.Ordinal)).ToList();
            for (var n = 0; n < Rounds; n++)
            {
                var written = WriteOf(atA, n);

                // A write and a flush are two answers, a FUA write is one.
                var reply = replies.Where(r => r.Began > written.Began).ElementAt(fua ? 0 : 1);
                AssertFlushedBetween(atA, written, reply, $"round {n}, primary");
                AssertFlushedBetween(atB, WriteOf(atB, n), reply, $"round {n}, standby");
            }
        }
        finally
        {
            Directory.Delete(traces, recursive: true);
        }
    }

    [Fact]
    public async Task FailedFdatasyncOfThePrimary_IsFinal_AndNothingIsAcknowledgedLater()
    {
        if (await SyscallTrace.WhyNotAsync() is { } why)
        {
            Assert.Skip(why);
        }

        using var sites = new TwoSites();
        await sites.StartAsync();
        await sites.InSyncAsync();
        using var guest = sites.Connect();
        Assert.Equal(0u, guest.Write(0, new byte[Bytes]));

        using (var injector = await InjectAsync(sites.A.ProcessId))
        {
            Assert.NotEqual(0u, guest.Write(OffsetOf(1), new byte[Bytes]));
            await sites.A.WaitForAsync(s => !AgentProcess.IsOpen(s), TwoSites.Patience);
            injector.Kill();
            await injector.WaitForExitAsync();
        }

        // The disk works again: what the flush lost stays lost, so no yes may follow.
        var status = await sites.A.StatusAsync();
        Assert.False(AgentProcess.IsOpen(status));
        Assert.NotEqual(string.Empty, AgentProcess.Volume(status).GetProperty("failure").GetString());
        AssertNoYes(() => guest.Flush());
        AssertNoYes(() => guest.Write(OffsetOf(2), new byte[Bytes], fua: false));

        sites.A.Kill();
        await sites.A.StartAsync();
        status = await sites.A.StatusAsync();
        Assert.False(AgentProcess.IsOpen(status));
    }

    private static long OffsetOf(int n) => (n * 1_048_576L) + (n * 4096L) + 8192;

    private static Syscall WriteOf(IReadOnlyList<Syscall> calls, int n) => calls.First(c =>
        c.Name.StartsWith("pwrite", StringComparison.Ordinal)
        && c.Line.Contains("image.raw", StringComparison.Ordinal)
        && c.Line.Contains(string.Create(CultureInfo.InvariantCulture, $", {OffsetOf(n)})"), StringComparison.Ordinal));

    private static void AssertFlushedBetween(IReadOnlyList<Syscall> calls, Syscall written, Syscall reply, string where)
    {
        var flush = calls.FirstOrDefault(c => c.Name is "fdatasync" or "fsync"
            && c.Line.Contains("image.raw", StringComparison.Ordinal) && c.Began >= written.Ended);
        Assert.True(
            flush is not null && flush.Line.Contains(" = 0 ", StringComparison.Ordinal) && flush.Ended <= reply.Began,
            $"{where}: no fdatasync between\n{written.Line}\nand the answer\n{reply.Line}\nthe next is\n{flush?.Line}");
    }

    private static async Task<Process> InjectAsync(int process)
    {
        var injector = Process.Start(new ProcessStartInfo("strace",
            [
                "-f", "-o", "/dev/null", "-p", $"{process}",
                "-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:error=EIO",
            ])
        {
            RedirectStandardError = true,
        })!;
        for (string? line; (line = await injector.StandardError.ReadLineAsync()) is not null;)
        {
            if (line.Contains("attached", StringComparison.Ordinal))
            {
                return injector;
            }
        }

        await injector.WaitForExitAsync();
        Assert.Skip("strace may not attach to a running process here");
        return injector;
    }

    private static void AssertNoYes(Func<uint> request)
    {
        try
        {
            Assert.NotEqual(0u, request());
        }
        catch (IOException)
        {
            // The export is gone with its sessions: as clear a no as an error number.
        }
    }
}
