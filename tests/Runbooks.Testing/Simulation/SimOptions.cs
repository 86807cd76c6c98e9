using Runbooks.Domain.States;

namespace Runbooks.Testing.Simulation;

/// <summary>Breaks one rule on purpose: the oracles must notice.</summary>
public enum Mutant
{
    /// <summary>All rules hold.</summary>
    None,

    /// <summary>The arbiter does not compare versions.</summary>
    NoVersion,

    /// <summary>MarkComplete is sent when a catch-up begins, before acknowledgements wait.</summary>
    EarlyMark,

    /// <summary>A start opens without asking the arbiter.</summary>
    NoConfirm,

    /// <summary>Confirm does not raise the version.</summary>
    ConfirmIsRead,

    /// <summary>The marks of active regions are forgotten at a start.</summary>
    NoActive,

    /// <summary>A planned swap does not wait for the drained mark.</summary>
    SwapWithoutDrain,

    /// <summary>A catch-up copy is read before the guest writes it must follow.</summary>
    RaceCopy,

    /// <summary>A standby applies frames of a dead session.</summary>
    LateFrames,

    /// <summary>The agents are told the same boot for ever: after a power cut nothing is fetched back.</summary>
    SameBoot,
}

/// <summary>What one simulation does. Times in milliseconds of simulated time.</summary>
public sealed record SimOptions
{
    /// <summary>Number of sites.</summary>
    public int Sites { get; init; } = 2;

    /// <summary>Regions of the volume.</summary>
    public int Regions { get; init; } = 12;

    /// <summary>Guest requests to issue before the faults stop.</summary>
    public int Operations { get; init; } = 400;

    /// <summary>Guest requests in flight.</summary>
    public int Depth { get; init; } = 8;

    /// <summary>Policy on link loss.</summary>
    public OnLinkLoss OnLinkLoss { get; init; } = OnLinkLoss.Arbitrate;

    /// <summary>Regions in the activity log.</summary>
    public int ActiveRegionsMax { get; init; } = 5;

    /// <summary>Probability that a crash hits at one effect.</summary>
    public double CrashPerEffect { get; init; } = 0.0004;

    /// <summary>Share of crashes that are power cuts.</summary>
    public double PowerShare { get; init; }

    /// <summary>Share of the power cuts that hit every site at once.</summary>
    public double PowerOfAll { get; init; }

    /// <summary>Probability of a link change per guest request.</summary>
    public double LinkChange { get; init; } = 0.01;

    /// <summary>Probability that an operator acts per guest request.</summary>
    public double OperatorActs { get; init; } = 0.006;

    /// <summary>Probability that a local write fails with an I/O error.</summary>
    public double DiskFails { get; init; }

    /// <summary>Probability that a local write finds the disk full, and lands in part.</summary>
    public double DiskFull { get; init; }

    /// <summary>Probability that the record, the marks or a flush fails.</summary>
    public double StoreFails { get; init; }

    /// <summary>Probability per guest request that a site is stopped in order.</summary>
    public double OrderlyStops { get; init; }

    /// <summary>Probability per guest request that an operator detaches, seeds or resumes a standby by hand.</summary>
    public double Tinkers { get; init; }

    /// <summary>Whether an operator ever accepts a loss.</summary>
    public bool AcceptsLoss { get; init; }

    /// <summary>The broken rule.</summary>
    public Mutant Mutant { get; init; }

    /// <summary>Starts with an empty standby that has to be seeded.</summary>
    public bool StartsBlank { get; init; }
}
