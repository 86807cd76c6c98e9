using Runbooks.Domain.Units;
using Runbooks.Replication.Tracking;

namespace Runbooks.Tests.Model.Replication;

/// <summary>The clever sets against their slow, obvious twins.</summary>
public sealed class TrackingModelTests
{
    private const long Blocks = 3000;
    private static readonly ByteCount Size = new(Blocks * Grain.BlockBytes);

    [Fact]
    public void DirtyBlocks_RandomMarksAndClears_EqualAHashSet()
    {
        var dice = new Random(42);
        var clever = new DirtyBlocks(Size);
        var obvious = new HashSet<long>();
        for (var round = 0; round < 4000; round++)
        {
            var (first, count) = (dice.NextInt64(Blocks), 1 + dice.NextInt64(dice.Next(10) == 0 ? 400 : 20));
            var end = Math.Min(Blocks, first + count);
            var range = new ByteRange(first * Grain.BlockBytes, (end - first) * Grain.BlockBytes);
            if (dice.Next(3) == 0)
            {
                clever.Clear(range);
                for (var block = first; block < end; block++)
                {
                    obvious.Remove(block);
                }
            }
            else
            {
                clever.Mark(range);
                for (var block = first; block < end; block++)
                {
                    obvious.Add(block);
                }
            }

            Assert.Equal(obvious.Count, clever.Count);
            var from = dice.NextInt64(Blocks);
            var run = clever.NextRun(from * Grain.BlockBytes, Size.Value, 8 * Grain.BlockBytes);
            var expected = Enumerable.Range((int)from, (int)(Blocks - from)).Cast<int?>().FirstOrDefault(b => obvious.Contains(b!.Value));
            Assert.Equal(expected is null, run.IsEmpty);
            Assert.True(expected is null || run.Offset == expected.Value * (long)Grain.BlockBytes);
            Assert.True(run.IsEmpty || clever.CoversAll(run));
        }
    }

    [Fact]
    public void RegionMarks_RandomSets_RangesEqualTheSortedSet()
    {
        var dice = new Random(7);
        var marks = new RegionMarks(new ByteCount(300L * Grain.RegionBytes));
        var obvious = new SortedSet<long>();
        for (var round = 0; round < 2000; round++)
        {
            var region = dice.NextInt64(300);
            if (dice.Next(2) == 0)
            {
                marks.Set(region);
                obvious.Add(region);
            }
            else
            {
                marks.Clear(region);
                obvious.Remove(region);
            }

            var regions = marks.Ranges().SelectMany(r =>
                Enumerable.Range((int)(r.Offset / Grain.RegionBytes), (int)(r.Length / Grain.RegionBytes)).Select(i => (long)i));
            Assert.Equal(obvious, regions);
        }
    }
}
