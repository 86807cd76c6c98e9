using Runbooks.BlockPath.Targets;

namespace Runbooks.Tests.Unit.BlockPath.Storage;

public sealed class BlockBufferTests
{
    [Fact]
    public void Buffer_LastReferenceReleased_ReturnsToItsPool()
    {
        BlockBufferPool pool = new();
        BlockBuffer first = pool.Rent(5000);
        Assert.Equal(8192, first.Capacity);
        first.AddReference();
        Assert.False(first.IsSoleOwner);
        first.Release();
        Assert.NotSame(first, pool.Rent(8192));
        first.Release();
        Assert.Same(first, pool.Rent(8192));
    }

    [Fact]
    public void Buffer_ReleasedTooOften_IsABug()
    {
        BlockBuffer buffer = new BlockBufferPool().Rent(1);
        buffer.Release();
        Assert.Throws<InvalidOperationException>(buffer.Release);
    }

    [Theory]
    [InlineData(0, 4096)]
    [InlineData(4096, 4096)]
    [InlineData(4097, 8192)]
    [InlineData(1 << 26, 1 << 26)]
    [InlineData((1 << 26) + 1, (1 << 26) + 1)]
    public void Rent_AnyLength_IsLargeEnough(int length, int capacity) =>
        Assert.Equal(capacity, new BlockBufferPool().Rent(length).Capacity);
}
