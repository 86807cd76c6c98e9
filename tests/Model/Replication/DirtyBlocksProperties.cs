using FsCheck;
using FsCheck.Fluent;
using Runbooks.Domain.Units;
using Runbooks.Replication.Tracking;

namespace Runbooks.Tests.Model.Replication;

/// <summary>
/// The dirty map against a set of block numbers, for any sequence of marks and clears; a failure is shrunk to the
/// shortest one.
/// </summary>
public sealed class DirtyBlocksProperties
{
    private const int Blocks = 40_000;
    private static readonly ByteCount Size = new(Blocks * (long)Grain.BlockBytes);

    [Fact]
    public void MarksAndClears_AnySequence_EqualTheSet() =>
        Prop.ForAll<(bool Marks, ushort First, byte Count)[]>(changes =>
        {
            var (clever, obvious) = Replay(changes);
            return clever.Count == obvious.Count && clever.IsEmpty == (obvious.Count == 0)
                && changes.All(c => clever.CoversAll(RangeOf(c)) == BlocksOf(c).All(obvious.Contains));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Runs_AnySequence_VisitEachBlockOnceInOrder() =>
        Prop.ForAll<(bool Marks, ushort First, byte Count)[], byte>((changes, longest) =>
        {
            var (clever, obvious) = Replay(changes);
            var visited = new List<int>();
            var lengthMax = (1 + (longest % 32)) * (long)Grain.BlockBytes;
            for (long from = 0; clever.NextRun(from, Size.Value, lengthMax) is { IsEmpty: false } run; from = run.End)
            {
                if (run.Length > lengthMax)
                {
                    return false;
                }

                visited.AddRange(Enumerable.Range(
                    (int)(run.Offset / Grain.BlockBytes), (int)(run.Length / Grain.BlockBytes)));
            }

            return visited.SequenceEqual(obvious);
        }).QuickCheckThrowOnFailure();

    private static (DirtyBlocks Clever, SortedSet<int> Obvious) Replay((bool Marks, ushort First, byte Count)[] changes)
    {
        var (clever, obvious) = (new DirtyBlocks(Size), new SortedSet<int>());
        foreach (var change in changes)
        {
            if (change.Marks)
            {
                clever.Mark(RangeOf(change));
                obvious.UnionWith(BlocksOf(change));
            }
            else
            {
                clever.Clear(RangeOf(change));
                obvious.ExceptWith(BlocksOf(change));
            }
        }

        return (clever, obvious);
    }

    private static IEnumerable<int> BlocksOf((bool Marks, ushort First, byte Count) change) =>
        Enumerable.Range(change.First % (Blocks - 256), change.Count + 1);

    private static ByteRange RangeOf((bool Marks, ushort First, byte Count) change) =>
        new(change.First % (Blocks - 256) * (long)Grain.BlockBytes, (change.Count + 1) * (long)Grain.BlockBytes);
}
