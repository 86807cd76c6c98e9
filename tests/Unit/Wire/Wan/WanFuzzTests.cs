using Runbooks.Wire;
using Runbooks.Wire.Wan;

namespace Runbooks.Tests.Unit.Wire.Wan;

/// <summary>Damaged and hostile bytes: every decoder answers with a value or with its one exception.</summary>
public sealed class WanFuzzTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(20261121)]
    public void Decoders_OnDamagedBytes_ThrowOnlyTheProtocolError(int seed)
    {
        var random = new Random(seed);
        var samples = WanSamples.All().Select(sample => sample.Bytes).ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = Damage(random, (byte[])samples[random.Next(samples.Length)].Clone());
            Decode(bytes);
        }
    }

    private static byte[] Damage(Random random, byte[] bytes)
    {
        for (var n = random.Next(1, 6); n > 0; n--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        // Half of the cases get a right checksum, so that the fields behind it are reached.
        if (random.Next(2) == 0)
        {
            BitConverter.TryWriteBytes(bytes, Crc32C.Compute(bytes.AsSpan(4, WanLimits.HeaderBytes - 4)));
        }

        return bytes[..random.Next(1, bytes.Length + 1)];
    }

    private static void Decode(byte[] bytes)
    {
        var payload = bytes.AsSpan(Math.Min(bytes.Length, WanLimits.HeaderBytes)).ToArray();
        Attempt(() =>
        {
            if (WanHeader.TryRead(bytes, out var header))
            {
                header.CheckPayload(payload);
            }
        });
        Attempt(() => WanHello.Read(payload));
        Attempt(() => WanRefusal.Read(payload));
        Attempt(() => WanPoint.Read(payload));
        Attempt(() => WanRanges.Read(payload));
    }

    private static void Attempt(Action decode)
    {
        try
        {
            decode();
        }
        catch (WanProtocolException)
        {
            // The one answer to damage that the contract allows.
        }
    }
}
