using Runbooks.BlockPath.RecoveryPoints;
using Runbooks.Testing.Disks;
using Runbooks.Testing.Points;
using static Runbooks.Testing.Points.PointScenario;

namespace Runbooks.Tests.Model.RecoveryPoints;

/// <summary>
/// Power goes at every disk operation of a workload, and the disk then holds any mixture of unflushed writes. A point
/// that is shown whole reads exactly its instant; a point that was answered whole is there.
/// </summary>
public sealed class RecoveryPointCrashTests
{
    private const int DiskStates = 12;

    [Fact]
    public void Crash_WhilePointsAreMadeAndTheImageChanges_NoPointIsWrong() => CrashEverywhere(scenario =>
    {
        scenario.Write(0, ImageBytes, 1);
        scenario.Make(1);
        scenario.Write(100, GrainBytes, 2);
        scenario.Make(2);
        scenario.Write(0, 10, 3);
        scenario.Write(2 * GrainBytes, GrainBytes + 500, 4);
        scenario.Flush();
        scenario.Write(0, ImageBytes, 5);
    });

    [Fact]
    public void Crash_WhileAPointInTheMiddleIsDropped_NoOtherPointIsWrong() => CrashEverywhere(scenario =>
    {
        scenario.Make(1);
        scenario.Write(0, 2 * GrainBytes, 1);
        scenario.Make(2);
        scenario.Write(GrainBytes, 2 * GrainBytes, 2);
        scenario.Make(3);
        scenario.Write(0, 5, 3);
        scenario.Drop(2);
        scenario.Write(0, ImageBytes, 4);
        scenario.Drop(3);
        scenario.Write(0, ImageBytes, 5);
    });

    /// <summary>The recovery itself loses power, and the next one starts from what it left.</summary>
    [Fact]
    public void Crash_DuringRecovery_NoPointIsWrong()
    {
        for (int crashAt = 20; crashAt < 60; crashAt += 3)
        {
            PointScenario first = RunUntil(crashAt, SmallWorkload);
            for (int again = 0; again < 12; again++)
            {
                Random random = new((crashAt * 100) + again);
                RecordingFileSystem disk = first.Files.AfterCrash(random);
                disk.CrashAt = again;
                try
                {
                    _ = new PointScenario(disk);
                }
                catch (SimulatedCrash)
                {
                }

                AssertPoints(first, disk.AfterCrash(random), $"crash at {crashAt}, again at {again}");
            }
        }
    }

    private static void SmallWorkload(PointScenario scenario)
    {
        scenario.Write(0, ImageBytes, 1);
        scenario.Make(1);
        scenario.Write(0, GrainBytes * 2, 2);
        scenario.Make(2);
        scenario.Write(5, ImageBytes - 10, 3);
    }

    private static void CrashEverywhere(Action<PointScenario> workload)
    {
        for (int crashAt = 6; ; crashAt++)
        {
            PointScenario scenario = RunUntil(crashAt, workload);
            for (int seed = -1; seed < DiskStates; seed++)
            {
                Random? random = seed < 0 ? null : new Random((crashAt * 1000) + seed);
                AssertPoints(scenario, scenario.Files.AfterCrash(random), $"crash at {crashAt}, disk state {seed}");
            }

            if (!scenario.Files.HasCrashed)
            {
                return;
            }
        }
    }

    private static PointScenario RunUntil(int crashAt, Action<PointScenario> workload)
    {
        RecordingFileSystem files = new();
        PointScenario scenario = new(files);
        files.CrashAt = files.Operations + crashAt - 6;
        try
        {
            workload(scenario);
        }
        catch (SimulatedCrash)
        {
        }

        return scenario;
    }

    private static void AssertPoints(PointScenario before, RecordingFileSystem disk, string when)
    {
        PointScenario after = new(disk);
        foreach (PointRecord point in after.Points.Points)
        {
            Assert.True(point.State == PointState.Whole,
                $"{when}: {point.Id} is {point.State}: {point.WithdrawnBecause}");
            Assert.True(before.Expected[point.Id].AsSpan().SequenceEqual(after.Read(point.Id)),
                $"{when}: {point.Id} is wrong");
        }

        foreach (var id in before.Whole)
        {
            Assert.True(after.Points.Points.Any(point => point.Id == id), $"{when}: {id} is gone");
        }
    }
}
