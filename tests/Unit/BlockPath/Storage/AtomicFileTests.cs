using System.Text;
using Runbooks.BlockPath.Storage;
using Runbooks.Testing.Disks;

namespace Runbooks.Tests.Unit.BlockPath.Storage;

public sealed class AtomicFileTests
{
    private const string Path = "/volume.meta";

    [Fact]
    public void Content_WrittenAndReopened_IsTheLastOne()
    {
        RecordingFileSystem files = new();
        AtomicFile file = AtomicFile.Open(files, Path);
        Assert.Null(file.Content);
        foreach (string text in new[] { "one", "two", "three" })
        {
            file.Write(Encoding.UTF8.GetBytes(text));
        }

        Assert.Equal("three", Read(files));
    }

    /// <summary>Power goes at every operation, and the disk then holds every mixture that 40 seeds find.</summary>
    [Fact]
    public void Crash_AtAnyOperation_LeavesTheOldContentOrTheNew()
    {
        for (int crashAt = 0; ; crashAt++)
        {
            RecordingFileSystem files = new() { CrashAt = crashAt };
            string? acknowledged = null;
            string? attempted = null;
            bool finished = false;
            try
            {
                AtomicFile file = AtomicFile.Open(files, Path);
                foreach (string text in new[] { "first", new string('b', 3000), "third" })
                {
                    attempted = text;
                    file.Write(Encoding.UTF8.GetBytes(text));
                    acknowledged = text;
                }

                finished = true;
            }
            catch (SimulatedCrash)
            {
            }

            for (int seed = -1; seed < 40; seed++)
            {
                string? found = Read(files.AfterCrash(seed < 0 ? null : new Random(seed)));
                Assert.True(found == acknowledged || found == attempted,
                    $"crash {crashAt}, seed {seed}: found '{found}'");
            }

            if (finished)
            {
                break;
            }
        }
    }

    [Fact]
    public void BothCopiesDamaged_AreReported_NotRepaired()
    {
        RecordingFileSystem files = new();
        AtomicFile file = AtomicFile.Open(files, Path);
        file.Write([1]);
        file.Write([2]);
        IBlockFile raw = files.Open(Path, OpenMode.Existing);
        raw.Write(24, [9]);
        raw.Write(AtomicFile.SlotBytes + 24, [9]);
        Assert.Throws<DamagedFileFault>(() => AtomicFile.Open(files, Path));
    }

    [Fact]
    public void Content_LargerThanASlot_IsRefusedBeforeAnyWrite()
    {
        RecordingFileSystem files = new();
        AtomicFile file = AtomicFile.Open(files, Path);
        int before = files.Operations;
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Write(new byte[AtomicFile.ContentBytesMax + 1]));
        Assert.Equal(before, files.Operations);
    }

    private static string? Read(RecordingFileSystem files)
    {
        using AtomicFile file = AtomicFile.Open(files, Path);
        return file.Content is { } content ? Encoding.UTF8.GetString(content.Span) : null;
    }
}
