namespace Runbooks.Tests.Integration.Nbd;

/// <summary>
/// What well-behaved tools do not send: edges of the protocol, through libnbd and through raw sockets.
/// </summary>
public sealed class NbdEdgeTests
{
    private const long Size = 200_000_001;

    private const string Prelude =
        """
        import nbd, os, random, socket, struct, sys
        uri, size, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
        def connect():
            h = nbd.NBD(); h.add_meta_context("base:allocation"); h.connect_uri(uri); h.set_strict_mode(0); return h
        def error(call):
            try: call(); return None
            except nbd.Error as e: return e.errno
        def raw():
            s = socket.socket(socket.AF_UNIX); s.connect(path); s.recv(18); return s
        def transmitting():
            s = raw(); s.sendall(struct.pack(">IQII", 3, 0x49484156454F5054, 1, 0)); d = b""
            while len(d) < 10: d += s.recv(10 - len(d))
            return s
        def request(command, cookie, offset, length, flags=0):
            return struct.pack(">IHHQQI", 0x25609513, flags, command, cookie, offset, length)

        """;

    [Fact]
    public Task Range_AtAnOddEnd_HasTheProtocolsErrors() => RunAsync(
        """
        h = connect()
        h.pwrite(b"x" * 7, size - 7)
        assert h.pread(7, size - 7) == b"x" * 7
        assert error(lambda: h.pwrite(b"x" * 8, size - 7)) == "ENOSPC"
        assert error(lambda: h.zero(8, size - 7)) == "ENOSPC"
        assert error(lambda: h.pread(8, size - 7)) == "EINVAL"
        assert error(lambda: h.trim(8, size - 7)) == "EINVAL"
        assert error(lambda: h.cache(8, size - 7)) == "EINVAL"
        assert error(lambda: h.pread(1, 2 ** 63 - 1)) == "EINVAL"
        assert h.pread(7, size - 7) == b"x" * 7
        """);

    [Fact]
    public Task ZeroLength_IsServedAndDoesNothing() => RunAsync(
        """
        h = connect()
        for call in (lambda: h.pread(0, 5), lambda: h.pwrite(b"", 5), lambda: h.trim(0, 5), lambda: h.zero(0, 5)):
            assert error(call) is None
        assert error(lambda: h.block_status(0, 0, lambda *a: 0)) == "EINVAL"
        """);

    [Fact]
    public Task Flags_OfAnotherCommand_AreRefusedBeforeAnyEffect() => RunAsync(
        """
        h = connect()
        h.pwrite(b"abc", 0)
        assert error(lambda: h.pwrite(b"xyz", 0, nbd.CMD_FLAG_DF)) == "EINVAL"
        assert error(lambda: h.pread(3, 0, 1 << 7)) == "EINVAL"
        assert error(lambda: h.flush(nbd.CMD_FLAG_NO_HOLE)) == "EINVAL"
        assert h.pread(3, 0) == b"abc"
        """);

    [Fact]
    public Task StructuredRead_OverAHole_IsThreeChunks_AndOneWithDf() => RunAsync(
        """
        h = connect()
        h.pwrite(b"\1" * 65536, 0); h.zero(65536, 65536); h.pwrite(b"\2" * 65536, 131072)
        expected = b"\1" * 65536 + b"\0" * 65536 + b"\2" * 65536
        chunks = []
        see = lambda data, offset, status, err: chunks.append((offset, status)) or 0
        assert h.pread_structured(196608, 0, see) == expected
        assert chunks == [(0, nbd.READ_DATA), (65536, nbd.READ_HOLE), (131072, nbd.READ_DATA)], chunks
        chunks.clear()
        assert h.pread_structured(196608, 0, see, nbd.CMD_FLAG_DF) == expected
        assert chunks == [(0, nbd.READ_DATA)], chunks
        """);

    [Fact]
    public Task BlockStatus_ReportsRuns_AndOneWhenAsked() => RunAsync(
        """
        h = connect()
        h.pwrite(b"\1" * 65536, 65536)
        runs = []
        see = lambda context, offset, entries, err: runs.append((context, offset, list(entries))) or 0
        h.block_status(196608, 0, see)
        assert runs[0][0] == "base:allocation" and runs[0][2][:4] == [65536, 3, 65536, 0], runs
        runs.clear()
        h.block_status(196608, 1000, see, nbd.CMD_FLAG_REQ_ONE)
        assert runs[0][2] == [64536, 3], runs
        """);

    [Fact]
    public Task TwoHundredInFlight_AreAllAnsweredWithTheirOwnData() => RunAsync(
        """
        h = connect()
        cookies = []
        for i in range(200):
            data = nbd.Buffer.from_bytearray(bytearray([i]) * 4096)
            cookies.append(h.aio_pwrite(data, 100000 + i * 4096, flags=nbd.CMD_FLAG_FUA if i % 3 == 0 else 0))
        while h.aio_in_flight() > 0: h.poll(-1)
        assert all(h.aio_command_completed(c) for c in cookies)
        reads = [(i, nbd.Buffer(4096)) for i in random.Random(1).sample(range(200), 200)]
        for i, buffer in reads: h.aio_pread(buffer, 100000 + i * 4096)
        while h.aio_in_flight() > 0: h.poll(-1)
        for i, buffer in reads: assert buffer.to_bytearray() == bytearray([i]) * 4096
        """);

    [Fact]
    public Task LargePayloads_PassAndTooLargeOnesAreSkipped() => RunAsync(
        """
        h = connect()
        data = os.urandom(33 << 20)
        h.pwrite(data, 1 << 20)
        assert h.pread(33 << 20, 1 << 20) == data
        s = transmitting()
        s.sendall(request(1, 5, 0, (64 << 20) + 1) + b"z" * ((64 << 20) + 1) + request(0, 6, 1 << 20, 4))
        answers = b""
        while len(answers) < 36: answers += s.recv(36 - len(answers))
        assert answers[:16] == struct.pack(">IIQ", 0x67446698, 22, 5), answers[:16]
        assert answers[16:] == struct.pack(">IIQ", 0x67446698, 0, 6) + data[:4]
        """);

    [Fact]
    public Task RudeClients_DisturbNobodyElse() => RunAsync(
        """
        h = connect()
        h.pwrite(b"still here", 0)
        for _ in range(100):
            s = socket.socket(socket.AF_UNIX); s.connect(path); s.close()
        half_done = [raw() for _ in range(30)]
        for s in half_done: s.send(b"\0\0")
        for length in (10, 4096, 100000, 5 << 20):
            s = transmitting(); s.sendall(request(1, 1, 4096, length) + b"z" * (length // 2)); s.close()
        s = transmitting(); s.sendall(b"garbage" * 10); assert s.recv(1) == b""
        s = transmitting(); s.sendall(request(99, 77, 0, 0))
        assert s.recv(16) == struct.pack(">IIQ", 0x67446698, 22, 77)
        s = transmitting()
        for i in range(400): s.send(request(0, i, 0, 65536))
        s.close()
        assert h.pread(10, 0) == b"still here"
        assert h.pread(4096, 4096) == bytes(4096)
        """);

    [Fact]
    public Task Options_UnknownTooLongAndAbsurd_AreSkippedRefusedOrCut() => RunAsync(
        """
        option = lambda number, length: struct.pack(">QII", 0x49484156454F5054, number, length)
        reply = lambda s: struct.unpack(">QIII", s.recv(20))
        s = raw(); s.sendall(struct.pack(">I", 3))
        s.sendall(option(0x1234, 100000) + b"q" * 100000)
        assert reply(s)[1:3] == (0x1234, 0x80000001)
        s.recv(100)
        s.sendall(option(7, 70000) + b"q" * 70000)
        assert reply(s)[1:3] == (7, 0x80000009)
        s.recv(100)
        s.sendall(option(3, 0xffffffff))
        assert s.recv(1) == b""
        s = raw(); s.sendall(struct.pack(">I", 3) + option(2, 0))
        assert reply(s)[1:3] == (2, 1)
        assert s.recv(1) == b""
        s = raw(); s.sendall(struct.pack(">I", 0xff)); assert s.recv(1) == b""
        """);

    [Fact]
    public async Task Terminate_WithClientsConnected_EndsInOrder()
    {
        await using ServedImage served = await ServedImage.StartAsync(Size);
        using System.Net.Sockets.Socket idle = new(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream,
                System.Net.Sockets.ProtocolType.Unspecified);
        await idle.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(served.Socket));
        Assert.Equal(0, await served.TerminateAsync());
        Assert.False(File.Exists(served.Socket));
    }

    [Fact]
    public async Task Start_WhenItCannot_SaysWhy()
    {
        await using ServedImage served = await ServedImage.StartAsync(Size);
        string other = Path.Combine(served.Folder, "other.sock");
        (int exit, string text) = await Tool.RunAsync(
            ServedImage.AgentPath, "nbd", "--unix", other, "--file",
                Path.Combine(served.Folder, "absent.img"));
        Assert.Equal(1, exit);
        Assert.Contains("No such file", text);
        (exit, text) = await Tool.RunAsync(ServedImage.AgentPath, "nbd", "--unix", other, "--file", served.Image);
        Assert.Equal(1, exit);
        Assert.Contains("in use by another process", text);
        string second = Path.Combine(served.Folder, "second.img");
        await File.WriteAllBytesAsync(second, new byte[512]);
        (exit, text) = await Tool.RunAsync(ServedImage.AgentPath, "nbd", "--unix", served.Socket, "--file", second);
        Assert.Equal(1, exit);
        Assert.Contains("in use", text);
        Assert.Equal(2, (await Tool.RunAsync(ServedImage.AgentPath, "nbd", "--file", second)).Exit);
    }

    private static async Task RunAsync(string script)
    {
        await using ServedImage served = await ServedImage.StartAsync(Size);
        await Tool.PythonNbdAsync(Prelude + script, served.Uri, Size.ToString(), served.Socket);
    }
}
