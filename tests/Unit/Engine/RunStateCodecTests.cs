using Runbooks.Engine.History;
using Runbooks.Engine.Machines;

namespace Runbooks.Tests.Unit.Engine;

public sealed class RunStateCodecTests
{
    [Fact]
    public void State_WithEverythingPending_SurvivesTheRoundTrip()
    {
        var run = new RunFixture(a => a.Memo = new() { Fields = { ["k"] = new() { Data = Google.Protobuf.ByteString.CopyFromUtf8("1") } } });
        run.RunTask(RunFixture.Schedule("a"), RunFixture.StartTimer("t", 60));
        run.Signal("go", "request");
        run.StartTask();
        run.Signal("buffered");
        run.Step(t => UpdateMachine.Admit(t, new() { Meta = new() { UpdateId = "u" }, Input = new() { Name = "n" } }));

        var bytes = RunStateCodec.Encode(run.State);
        var read = RunStateCodec.Decode(bytes);

        Assert.Equal(bytes, RunStateCodec.Encode(read));
        Assert.Equal(run.State.Task!.StartedTime, read.Task!.StartedTime);
        Assert.Single(read.Buffered);
        Assert.Equal(Deadlines.Next(run.State), Deadlines.Next(read));
    }
}
