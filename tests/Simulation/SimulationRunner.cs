using Runbooks.Testing.Simulation;

namespace Runbooks.Tests.Simulation;

/// <summary>Runs seeds and turns a violation into one failure with everything needed to see it again.</summary>
internal static class SimulationRunner
{
    /// <summary>Runs one seed; null when it held.</summary>
    public static string? Violation(int seed, SimOptions options, out Testing.Simulation.Simulation simulation)
    {
        simulation = new Testing.Simulation.Simulation(seed, options);
        try
        {
            simulation.Run();
            return null;
        }
        catch (Exception violation) when (violation is OracleException or Domain.Errors.InvariantBrokenException or KeyNotFoundException)
        {
            return $"seed {seed}, {options}{Environment.NewLine}{violation.Message}{Environment.NewLine}{violation.StackTrace}{Environment.NewLine}"
                + simulation.Describe() + Environment.NewLine
                + string.Join(Environment.NewLine, simulation.World.Transcript.TakeLast(160));
        }
    }

    /// <summary>Runs consecutive seeds, all of which must hold; returns simulated operations and core steps.</summary>
    public static (long Operations, long Steps) MustHold(
        int first, int count, SimOptions options, TransitionCoverage? coverage = null)
    {
        long operations = 0;
        long steps = 0;
        for (var seed = first; seed < first + count; seed++)
        {
            if (Violation(seed, options, out var simulation) is { } violation)
            {
                Assert.Fail(violation);
            }

            operations += simulation.Issued;
            steps += simulation.Steps;
            coverage?.Add(simulation.Walked);
        }

        return (operations, steps);
    }
}
