using System.Globalization;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;
using Runbooks.Replication;

namespace Runbooks.Tests.Simulation;

/// <summary>
/// Which edges of the core's tables the runs of a class walked. Printed when the class ends; a nightly run fails on
/// one never walked.
/// </summary>
public sealed class TransitionCoverage : IDisposable
{
    private readonly SortedDictionary<string, int> walked = new(StringComparer.Ordinal);

    /// <summary>All edges, in the words of the reports.</summary>
    public static IReadOnlyList<string> Edges { get; } =
    [
        .. Words("role", Transitions.Roles),

        // From a state to itself nothing is reported.
        .. Words("link", Transitions.Links.Where(e => e.From != e.To)),
        .. Words("gate", Transitions.Gates),
    ];

    /// <summary>Adds what one run walked.</summary>
    public void Add(IEnumerable<string> edges)
    {
        foreach (var edge in edges)
        {
            walked[edge] = walked.GetValueOrDefault(edge) + 1;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var never = Edges.Where(e => !walked.ContainsKey(e)).ToArray();
        var walkedOf = string.Create(
            CultureInfo.InvariantCulture, $"{Edges.Count - never.Length} of {Edges.Count} edges walked");
        var report = walkedOf
            + (never.Length == 0 ? string.Empty : "; never: " + string.Join(", ", never));
        Console.WriteLine(report);
        File.WriteAllLines(
            Path.Combine(AppContext.BaseDirectory, "transition-coverage.txt"),
            [
                report,
                .. Edges.Select(e => string.Create(
                    CultureInfo.InvariantCulture, $"{walked.GetValueOrDefault(e),8} {e}")),
            ]);
        if (Environment.GetEnvironmentVariable("RUNBOOKS_SIM_COVERAGE") == "all")
        {
            Assert.True(never.Length == 0, report);
        }
    }

    private static IEnumerable<string> Words<T>(string subject, IEnumerable<(T From, T To)> table)
        where T : struct, Enum => table.Select(e => $"{subject} {KebabCase.Of(e.From)} -> {KebabCase.Of(e.To)}");
}
