using Runbooks.Domain.States;
using Runbooks.Testing.Simulation;

namespace Runbooks.Tests.Simulation;

/// <summary>The fixed seeds of every change. Longer runs: see README.md.</summary>
public sealed class SeededRunTests(TransitionCoverage coverage) : IClassFixture<TransitionCoverage>
{
    private static readonly int Factor = int.TryParse(Environment.GetEnvironmentVariable("RUNBOOKS_SIM_SEEDS"), out var n) ? Math.Max(1, n / 100) : 1;
    private static readonly int First = int.TryParse(Environment.GetEnvironmentVariable("RUNBOOKS_SIM_FIRST"), out var n) ? n : 1;

    [Fact]
    public void TwoSites_EveryFaultButPower_PromisesHold() => Run(100, new SimOptions());

    [Fact]
    public void ThreeSites_EveryFaultButPower_PromisesHold() => Run(40, new SimOptions { Sites = 3 });

    [Fact]
    public void TwoSites_PowerCuts_AcknowledgedDataHolds() => Run(40, new SimOptions { PowerShare = 0.5 });

    [Fact]
    public void TwoSites_PowerCutsOfBoth_FlushedDataHolds() =>
        Run(20, new SimOptions { PowerShare = 0.7, PowerOfAll = 0.5, CrashPerEffect = 0.0008 });

    [Fact]
    public void TwoSites_PowerCutsInRoughWeather_PromisesHold() =>
        Run(20, new SimOptions
        {
            PowerShare = 0.6,
            PowerOfAll = 0.1,
            CrashPerEffect = 0.001,
            LinkChange = 0.03,
            OperatorActs = 0.02,
        });

    [Fact]
    public void ThreeSites_PowerCuts_AcknowledgedDataHolds() =>
        Run(15, new SimOptions { Sites = 3, PowerShare = 0.5, CrashPerEffect = 0.0008 });

    [Fact]
    public void TwoSites_LossAccepted_DivergedCopiesAreReconciled() => Run(40, new SimOptions { AcceptsLoss = true, OperatorActs = 0.015 });

    [Fact]
    public void TwoSites_Suspend_NothingIsEverExposed() => Run(20, new SimOptions { OnLinkLoss = OnLinkLoss.Suspend });

    [Fact]
    public void TwoSites_Continue_ComesToRest() => Run(20, new SimOptions { OnLinkLoss = OnLinkLoss.Continue, OperatorActs = 0 });

    [Fact]
    public void TwoSites_BlankStandby_IsSeededUnderFaults() => Run(20, new SimOptions { StartsBlank = true });

    [Fact]
    public void TwoSites_DiskErrors_NothingWrongIsAcknowledged() => Run(20, new SimOptions { DiskFails = 0.001 });

    [Fact]
    public void TwoSites_FullDisk_OneWriteFailsAndTheCopiesStayEqual() => Run(20, new SimOptions { DiskFull = 0.01 });

    [Fact]
    public void TwoSites_RecordsAndFlushesFail_NothingWrongIsAcknowledged() =>
        Run(40, new SimOptions { StoreFails = 0.003, LinkChange = 0.02, OperatorActs = 0.05 });

    [Fact]
    public void TwoSites_OrderlyStops_PromisesHold() =>
        Run(20, new SimOptions { OrderlyStops = 0.004, PowerShare = 0.3 });

    [Fact]
    public void TwoSites_StandbyDetachedAndSeededByHand_PromisesHold() =>
        Run(20, new SimOptions { Tinkers = 0.03, StartsBlank = true, LinkChange = 0.02, PowerShare = 0.2 });

    [Fact]
    public void TwoSites_RoughWeather_PromisesHold() =>
        Run(20, new SimOptions { CrashPerEffect = 0.001, LinkChange = 0.03, OperatorActs = 0.03 });

    private void Run(int seeds, SimOptions options)
    {
        var (operations, steps) = SimulationRunner.MustHold(First, seeds * Factor, options, coverage);
        TestContext.Current.TestOutputHelper?.WriteLine($"{operations} guest operations, {steps} core steps");
    }
}
