using Runbooks.Wire;
using Runbooks.Wire.Wan;

namespace Runbooks.Tests.Unit.Wire.Wan;

public sealed class WanCodecTests
{
    private static string GoldenFolder => Path.Combine(AppContext.BaseDirectory, "Wire", "Wan", "Golden");

    public static TheoryData<string> Names => [.. WanSamples.All().Select(sample => sample.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Frame_Encoded_EqualsItsRecordedBytes(string name)
    {
        var bytes = WanSamples.All().Single(sample => sample.Name == name).Bytes;
        var file = Path.Combine(GoldenFolder, name + ".hex");

        Assert.True(File.Exists(file), $"no recorded bytes for {name}: {Convert.ToHexStringLower(bytes)}");
        Assert.Equal(File.ReadAllText(file).Trim(), Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Samples_CoverEveryFrameType()
    {
        var types = WanSamples.All().Select(sample =>
        {
            Assert.True(WanHeader.TryRead(sample.Bytes, out var header));
            return header.Type;
        });

        Assert.Equal(Enum.GetValues<WanFrameType>().Where(type => type != WanFrameType.None), types.Order());
    }

    [Fact]
    public void Crc32C_OfCheckInput_IsTheCheckValue()
    {
        Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));
        Assert.Equal(Crc32C.Compute("123456789"u8), Crc32C.Append(Crc32C.Compute("1234"u8), "56789"u8));
    }

    [Fact]
    public void Hello_RoundTrip_KeepsEveryField()
    {
        var back = WanHello.Read(WanSamples.Hello.Write());

        Assert.Equal(WanSamples.Hello.History, back.History);
        Assert.Equal(WanSamples.Hello with { History = back.History }, back);
    }

    [Fact]
    public void Hello_WithFieldOfNewerMinor_IsReadWithoutIt()
    {
        byte[] unknown = [0xff, 0x7f, 3, 0, 1, 2, 3];

        Assert.Equal(7ul, WanHello.Read([.. WanSamples.Hello.Write(), .. unknown]).Generation);
    }

    [Fact]
    public void Hello_OfOtherMajor_IsRefusedByName()
    {
        var other = (WanSamples.Hello with { Major = 2 }).Write();

        var e = Assert.Throws<WanProtocolException>(() => WanHello.Read(other));
        Assert.Contains("major version 2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Header_Cut_WaitsForMore()
    {
        var bytes = WanSamples.All().First().Bytes;

        Assert.False(WanHeader.TryRead(bytes.AsSpan(0, WanLimits.HeaderBytes - 1), out _));
    }

    [Fact]
    public void Header_WithAnyBitFlipped_IsRefused()
    {
        foreach (var (_, bytes) in WanSamples.All())
        {
            for (var bit = 0; bit < WanLimits.HeaderBytes * 8; bit++)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.Throws<WanProtocolException>(() => WanHeader.TryRead(bytes, out _));
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    [Fact]
    public void Payload_WithAnyBitFlipped_IsRefused()
    {
        var bytes = WanSamples.All().Single(sample => sample.Name == "write").Bytes;
        Assert.True(WanHeader.TryRead(bytes, out var header));
        for (var bit = WanLimits.HeaderBytes * 8; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<WanProtocolException>(() => header.CheckPayload(bytes.AsSpan(WanLimits.HeaderBytes)));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Header_AnnouncingMoreThanTheLimit_IsRefusedBeforeAnythingIsRead()
    {
        var bytes = new byte[WanLimits.HeaderBytes];
        (WanFrames.Flush(1, 1) with { PayloadLength = WanLimits.ControlPayloadMax + 1 }).Write(bytes);
        Assert.Throws<WanProtocolException>(() => WanHeader.TryRead(bytes, out _));

        WanFrames.Write(1, 1, 0, WanLimits.WritePayloadMax + 1, 0, WanFlags.None).Write(bytes);
        Assert.Throws<WanProtocolException>(() => WanHeader.TryRead(bytes, out _));

        WanFrames.Zero(1, 1, long.MaxValue, 2, WanFlags.None).Write(bytes);
        Assert.Throws<WanProtocolException>(() => WanHeader.TryRead(bytes, out _));
    }

    [Fact]
    public void Header_OfAdvisoryType_IsReadSoThatItCanBeSkipped()
    {
        var bytes = new byte[WanLimits.HeaderBytes];
        WanFrames.Plain((WanFrameType)200, 1, 0).Write(bytes);

        Assert.True(WanHeader.TryRead(bytes, out var header));
        Assert.True(header.IsAdvisory);
    }
}
