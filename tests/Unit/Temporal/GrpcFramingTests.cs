using System.IO.Compression;
using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Transport;
using StatusCode = Runbooks.Temporal.Exceptions.RpcException.StatusCode;

namespace Runbooks.Tests.Unit.Temporal;

public sealed class GrpcFramingTests
{
    private static readonly WorkflowExecution Message = new() { WorkflowId = "w", RunId = "r" };

    [Fact]
    public void Frame_IsFlagAndBigEndianLengthAndMessage()
    {
        var frame = GrpcFraming.Encode(Message);

        Assert.Equal([0, 0, 0, 0, 6, 0x0A, 1, (byte)'w', 0x12, 1, (byte)'r'], frame);
    }

    [Fact]
    public async Task Frame_RoundTrips() =>
        Assert.Equal(Message.ToByteArray(), await ReadAsync(GrpcFraming.Encode(Message)));

    [Fact]
    public async Task NoFrame_IsNoMessage() => Assert.Null(await ReadAsync([]));

    [Fact]
    public async Task EmptyMessage_IsAMessage() => Assert.Empty((await ReadAsync([0, 0, 0, 0, 0]))!);

    [Fact]
    public async Task CompressedFrame_IsInflated() =>
        Assert.Equal(Message.ToByteArray(), await ReadAsync(Frame(1, Gzip(Message.ToByteArray())), "gzip"));

    [Fact]
    public async Task CompressedFrame_LargerThanTheLimitOnceInflated_IsRefused()
    {
        var bomb = Frame(1, Gzip(new byte[100_000]));

        Assert.True(bomb.Length < 1000);
        await FailsAsync(StatusCode.ResourceExhausted, bomb, "gzip", bytesMax: 1000);
    }

    [Fact]
    public Task Length_AboveTheLimit_IsRefusedBeforeItIsRead() =>
        FailsAsync(StatusCode.ResourceExhausted, [0, 0xFF, 0xFF, 0xFF, 0xFF], null, bytesMax: 1000);

    [Fact]
    public Task SecondMessage_IsRefused() =>
        FailsAsync(StatusCode.Internal, [.. GrpcFraming.Encode(Message), 0], null);

    [Fact]
    public Task HalfAPrefix_IsRefused() => FailsAsync(StatusCode.Internal, [0, 0, 0], null);

    [Fact]
    public Task UnknownFlag_IsRefused() => FailsAsync(StatusCode.Internal, Frame(9, [1]), null);

    [Fact]
    public Task UnknownEncoding_IsRefused() => FailsAsync(StatusCode.Unimplemented, Frame(1, [1]), "snappy");

    [Fact]
    public Task GzipThatIsNone_IsRefused() => FailsAsync(StatusCode.Internal, Frame(1, [1, 2, 3]), "gzip");

    [Fact]
    public async Task CutMessage_IsAnEndOfStream() =>
        await Assert.ThrowsAsync<EndOfStreamException>(() => ReadAsync([0, 0, 0, 0, 9, 1]));

    private static async Task FailsAsync(
        StatusCode expected, byte[] bytes, string? encoding, int bytesMax = GrpcFraming.AnswerBytesMax)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(bytes, encoding, bytesMax));
        Assert.Equal(expected, error.Code);
    }

    private static Task<byte[]?> ReadAsync(
        byte[] bytes, string? encoding = null, int bytesMax = GrpcFraming.AnswerBytesMax) =>
        GrpcFraming.ReadAsync(new MemoryStream(bytes), encoding, bytesMax, CancellationToken.None);

    private static byte[] Frame(byte flag, byte[] body) => [flag, 0, 0, 0, (byte)body.Length, .. body];

    private static byte[] Gzip(byte[] data)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
        {
            gzip.Write(data);
        }

        return compressed.ToArray();
    }
}
