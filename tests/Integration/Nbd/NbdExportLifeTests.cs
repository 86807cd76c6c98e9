using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Runbooks.BlockPath.Nbd;
using Runbooks.BlockPath.Targets;
using Runbooks.Wire.Nbd;

namespace Runbooks.Tests.Integration.Nbd;

/// <summary>Exports that come, go and are fenced while a foreign client uses them.</summary>
public sealed class NbdExportLifeTests : IAsyncLifetime
{
    private readonly NbdExportTable _exports = new();
    private readonly HeldTarget _target = new();
    private readonly ByName _authorizer = new();
    private readonly NbdServer _server;
    private readonly NbdExport _export;
    private string _uri = string.Empty;

    public NbdExportLifeTests()
    {
        _server = new NbdServer(_exports, new NbdServerOptions { Authorizer = _authorizer, SessionsMax = 8 });
        _export = new NbdExport("vol", _target);
        _exports.TryAdd(_export);
    }

    public ValueTask InitializeAsync()
    {
        EndPoint address = _server.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        _uri = $"nbd://{address}/vol";
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _export.Dispose();
        _target.Dispose();
    }

    [Fact]
    public async Task FencedTarget_AnswersOpenRequestsWithItsError_ThenTheSessionEnds()
    {
        Task<string> client = Tool.PythonNbdAsync(
            """
            import nbd, sys
            h = nbd.NBD(); h.connect_uri(sys.argv[1])
            def answer(call):
                try: call(); return "ok"
                except nbd.Error as e: return e.errno
            print(answer(lambda: h.pwrite(b"first", 0)))
            print("ended" if answer(lambda: h.pread(5, 0)) else "still open")
            """,
            _uri);
        await _target.FirstWrite.Task.WaitAsync(TimeSpan.FromSeconds(90));
        _target.Fence();
        Assert.Equal("EPERM\nended\n", await client);
    }

    [Fact]
    public async Task WithdrawnExport_IsNotFound_AndItsSessionsEnd()
    {
        using Socket session = await TransmittingAsync();
        Assert.True(await _server.WithdrawAsync("vol"));
        Assert.Equal(0, await session.ReceiveAsync(new byte[1]));
        Assert.Equal(0, _export.Counters.Sessions);
        Assert.NotEqual(0, (await Tool.RunAsync("nbdinfo", _uri)).Exit);
        Assert.False(await _server.WithdrawAsync("vol"));
    }

    [Fact]
    public async Task ExportAddedAtRunTime_IsServed_WhileOthersAre()
    {
        using Socket session = await TransmittingAsync();
        using NbdExport clone = new("drill/clone", _target, "a drill", isReadOnly: true);
        Assert.True(_exports.TryAdd(clone));
        Assert.False(_exports.TryAdd(clone));
        string uri = _uri.Replace("/vol", "/drill/clone", StringComparison.Ordinal);
        Assert.Equal(0, (await Tool.RunAsync("nbdinfo", "--is", "read-only", uri)).Exit);
        Assert.Contains("a drill", await Tool.MustAsync("nbdinfo", "--list", _uri));
    }

    [Fact]
    public async Task ExportOfSomebodyElse_IsNeitherListedNorFound()
    {
        _authorizer.Hidden["vol"] = true;
        Assert.NotEqual(0, (await Tool.RunAsync("nbdinfo", _uri)).Exit);
        Assert.DoesNotContain("vol", (await Tool.RunAsync("nbdinfo", "--list",
            $"nbd://{new Uri(_uri).Authority}/")).Output.Replace(_uri, string.Empty, StringComparison.Ordinal));
    }

    [Fact]
    public async Task MoreSessionsThanAllowed_AreClosed_TheOthersGoOn()
    {
        List<Socket> sessions = [];
        for (int i = 0; i < 8; i++)
        {
            sessions.Add(await TransmittingAsync());
        }

        using Socket refused = await ConnectAsync();
        Assert.Equal(0, await refused.ReceiveAsync(new byte[18]));
        byte[] flush = new byte[NbdRequestHeader.Size];
        new NbdRequestHeader(NbdCommandFlags.None, NbdCommand.Flush, 42, 0, 0).Write(flush);
        foreach (Socket session in sessions)
        {
            await session.SendAsync(flush);
            byte[] reply = new byte[NbdReplies.SimpleSize];
            Assert.Equal(reply.Length, await session.ReceiveAsync(reply));
            session.Dispose();
        }
    }

    private async Task<Socket> ConnectAsync()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(new Uri(_uri).Authority));
        return socket;
    }

    private async Task<Socket> TransmittingAsync()
    {
        Socket socket = await ConnectAsync();
        byte[] greeting = new byte[18];
        await socket.ReceiveAsync(greeting);
        byte[] choice = [0, 0, 0, 3, .. "IHAVEOPT"u8, 0, 0, 0, 1, 0, 0, 0, 3, .. "vol"u8];
        await socket.SendAsync(choice);
        Assert.Equal(10, await socket.ReceiveAsync(greeting.AsMemory(0, 10)));
        return socket;
    }

    private sealed class ByName : INbdAuthorizer
    {
        public ConcurrentDictionary<string, bool> Hidden { get; } = new();

        public bool MayUse(NbdClient client, NbdExport export) => !Hidden.ContainsKey(export.Name);
    }

    /// <summary>Holds every write until it is fenced; answers everything else at once.</summary>
    private sealed class HeldTarget : IBlockTarget, IDisposable
    {
        private readonly ConcurrentQueue<BlockRequest> _held = new();
        private readonly CancellationTokenSource _closed = new();

        public TaskCompletionSource FirstWrite { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Length => 1 << 20;

        public BlockTargetTraits Traits { get; } = new();

        public CancellationToken Closed => _closed.Token;

        public void Submit(BlockRequest request)
        {
            if (request.Command == BlockCommand.Write)
            {
                _held.Enqueue(request);
                FirstWrite.TrySetResult();
            }
            else
            {
                request.Data.Clear();
                request.Complete();
            }
        }

        public void Kick()
        {
        }

        public void Fence()
        {
            _closed.Cancel();
            while (_held.TryDequeue(out BlockRequest? request))
            {
                request.Complete(NbdError.NotPermitted);
            }
        }

        public void Dispose() => _closed.Dispose();
    }
}
