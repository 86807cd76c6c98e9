using Runbooks.BlockPath.Storage;
using Runbooks.Testing.Disks;

namespace Runbooks.Tests.Unit.BlockPath.Storage;

public sealed class GroupCommitTests
{
    private readonly RecordingFileSystem _files = new();
    private readonly ManualExecutor _executor = new();
    private readonly RecordingFile _file;
    private readonly GroupCommit _commits;

    public GroupCommitTests()
    {
        _file = (RecordingFile)_files.Open("/v.raw", OpenMode.New);
        _commits = new GroupCommit(_file, _executor);
    }

    [Fact]
    public void ManyWaiters_JoinBeforeTheSync_ShareOne()
    {
        int durable = 0;
        for (int i = 0; i < 32; i++)
        {
            Write();
            _commits.Join(fault => durable += fault is null ? 1 : 0);
        }

        Assert.Equal(0, durable);
        _executor.RunAll();
        Assert.Equal(32, durable);
        Assert.Equal(1, _file.Flushes);
    }

    [Fact]
    public void Waiter_JoinsWhileASyncRuns_NeedsTheNextOne()
    {
        bool second = false;
        Write();
        _commits.Join(_ =>
        {
            Write();
            _commits.Join(_ => second = true);
            Assert.False(second);
        });
        _executor.RunAll();
        Assert.True(second);
        Assert.Equal(2, _file.Flushes);
    }

    [Fact]
    public void Flush_NothingWrittenSinceTheLastOne_CostsNoSync()
    {
        Write();
        _commits.Join(_ => { });
        _executor.RunAll();
        bool answered = false;
        _commits.Join(fault => answered = fault is null);
        _executor.RunAll();
        Assert.True(answered);
        Assert.Equal(1, _file.Flushes);
    }

    [Fact]
    public void FirstFlush_OfAnOpenedFile_AlwaysSyncs()
    {
        // A process before us may have left dirty pages that it never flushed.
        _commits.Join(_ => { });
        _executor.RunAll();
        Assert.Equal(1, _file.Flushes);
    }

    [Fact]
    public void FailedSync_IsFinal_EvenWhenTheDiskRecovers()
    {
        List<DiskFault?> answers = [];
        Write();
        _files.FailFlush = ("v.raw", Errno.InputOutput);
        _commits.Join(answers.Add);
        _executor.RunAll();
        _files.FailFlush = null;
        _commits.Join(answers.Add);
        _executor.RunAll();
        Assert.Equal(2, answers.Count);
        Assert.Equal(Errno.InputOutput, answers[0]!.ErrorNumber);
        Assert.IsType<PoisonedFileFault>(answers[1]);
        Assert.Throws<PoisonedFileFault>(Write);
    }

    private void Write()
    {
        _file.Write(0, [1, 2, 3]);
        _commits.NoteWrite();
    }
}
