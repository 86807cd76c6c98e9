using System.Text;
using Runbooks.Wire;
using Runbooks.Wire.Wan;

namespace Runbooks.Tests.Unit.Wire.Wan;

/// <summary>One frame of every type, whole: the recorded bytes in Golden/ are these.</summary>
internal static class WanSamples
{
    public static WanHello Hello { get; } = new()
    {
        Site = "site_a",
        Volume = "vol_db-data",
        Protection = "prot_db",
        SizeBytes = 2ul << 40,
        Generation = 7,
        Role = "primary",
        Session = 42,
        Consistent = true,
        History = [new WanGeneration(1, "site_a", 0), new WanGeneration(6, "site_b", 1 << 20)],
    };

    public static WanPoint Point { get; } = new("rp_1", "before-promote", 1_700_000_000_123, "{\"cpus\":4}");

    public static WanRefusal Refusal { get; } = new("RB-WAN-003", "generation 6 is below 7", "this copy is fenced");

    private static byte[] Payload => Encoding.ASCII.GetBytes("block content");

    public static IEnumerable<(string Name, byte[] Bytes)> All()
    {
        yield return ("hello", Control(WanFrameType.Hello, Hello.Write()));
        yield return ("welcome", Control(WanFrameType.Welcome, (Hello with { Role = "standby" }).Write()));
        yield return ("refuse", Control(WanFrameType.Refuse, Refusal.Write()));
        yield return ("write", Frame(
            WanFrames.Write(7, 1, 4096, Payload.Length, Crc32C.Compute(Payload), WanFlags.Durable), Payload));
        yield return ("zero", Frame(WanFrames.Zero(7, 2, 65536, 131072, WanFlags.KeepAllocated), []));
        yield return ("discard", Frame(WanFrames.Discard(7, 3, 65536, 131072, WanFlags.None), []));
        yield return ("flush", Frame(WanFrames.Flush(7, 4), []));
        yield return ("ack", Frame(WanFrames.Ack(7, 4, 3, WanLimits.WindowBytesDefault), []));
        yield return ("nack", Frame(WanFrames.Nack(7, 5, 28), []));
        yield return ("ping", Frame(WanFrames.Ping(7, 123_456), []));
        yield return ("pong", Frame(WanFrames.Pong(7, 123_456), []));
        yield return ("digest-request", Frame(WanFrames.DigestRequest(7, 6, 1 << 20, 1 << 20), []));
        yield return ("digest", Control(WanFrameType.Digest, new byte[32]));
        yield return ("in-doubt", Control(WanFrameType.InDoubt, WanRanges.Write([(0, 65536), (1 << 20, 65536)])));
        yield return ("fence", Frame(WanFrames.Plain(WanFrameType.Fence, 8, 0), []));
        yield return ("completeness", Frame(WanFrames.Plain(WanFrameType.Completeness, 7, 7, WanFlags.Complete), []));
        yield return ("drained", Frame(WanFrames.Plain(WanFrameType.Drained, 7, 8), []));
        yield return ("point", Control(WanFrameType.Point, Point.Write()));
        yield return ("point-result", Control(WanFrameType.PointResult, Point.Write()));
        yield return ("fetch", Frame(WanFrames.Fetch(7, 9, 65536, 65536, new byte[32]), new byte[32]));
        yield return ("fetched", Frame(WanFrames.Fetched(7, 9, 65536, (uint)Payload.Length, Payload), Payload));
        yield return ("bye", Frame(WanFrames.Plain(WanFrameType.Bye, 7, 0), []));
    }

    private static byte[] Control(WanFrameType type, byte[] payload) =>
        Frame(WanFrames.Control(type, 7, 9, payload), payload);

    private static byte[] Frame(WanHeader header, byte[] payload)
    {
        var bytes = new byte[WanLimits.HeaderBytes + payload.Length];
        header.Write(bytes);
        payload.CopyTo(bytes, WanLimits.HeaderBytes);
        return bytes;
    }
}
